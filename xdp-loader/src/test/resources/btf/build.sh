#!/bin/sh
# Makes the objects beside the sources again: needs clang-16. Local side and targets differ only in what -D selects.
set -eu
cd "$(dirname "$0")"
for source in *.c; do
    clang-16 -O2 -g -fdebug-compilation-dir=. -target bpf -c "$source" -o "${source%.c}.o"
done
clang-16 -O2 -g -fdebug-compilation-dir=. -target bpfeb -c kinds.c -o kinds-big-endian.o
