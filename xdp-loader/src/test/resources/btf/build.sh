#!/bin/sh
# Makes the objects beside the sources again: needs clang-16.
set -eu
cd "$(dirname "$0")"
compile() { # source, object, target
    clang-16 -O2 -g -fdebug-compilation-dir=. -target "$3" -c "$1" -o "$2"
}
for name in kinds core-local core-target; do
    compile "$name.c" "$name.o" bpfel
    compile "$name.c" "$name-big-endian.o" bpfeb
done
