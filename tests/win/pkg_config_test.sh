#!/bin/sh
# Compiles the seed's example in C and C++, with GCC and Clang, from pkg-config's flags alone. Windows
# headers must not warn.
set -eu
command -v pkg-config >/dev/null || { echo "pkg-config is not installed"; exit 77; }
flags="$(pkg-config --cflags crossfence-win) -Wall -Wextra -Werror"
for cc in gcc clang; do
	command -v $cc >/dev/null || continue
	$cc $flags -fsyntax-only "$1/release_sync.c"
	$cc $flags -fsyntax-only "$1/duplication.c"
done
for cxx in g++ clang++; do
	command -v $cxx >/dev/null || continue
	$cxx $flags -fsyntax-only "$1/release_sync.cpp"
done
