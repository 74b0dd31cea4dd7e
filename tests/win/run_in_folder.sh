#!/bin/sh
# Runs a program with a runtime folder of its own.
folder=$(mktemp -d) || exit 1
XDG_RUNTIME_DIR=$folder "$@"
status=$?
rm -rf "$folder"
exit $status
