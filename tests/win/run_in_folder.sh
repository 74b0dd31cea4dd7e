#!/bin/sh
# Runs a program with a runtime folder of its own, and in it.
folder=$(mktemp -d) || exit 1
program=$(realpath "$1") || exit 1
shift
(cd "$folder" && XDG_RUNTIME_DIR=$folder exec "$program" "$@")
status=$?
rm -rf "$folder"
exit $status
