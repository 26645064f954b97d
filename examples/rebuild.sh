#!/usr/bin/env bash
# Rebuilds the BPF objects that are committed beside their sources, or checks that they are up to date.
#
#   examples/rebuild.sh            build every object in place
#   examples/rebuild.sh --check    build aside and compare with the committed objects: exit status 1 if one differs
#   ... FILE.c ...                 only these sources
#
# A source is built into one object of its own name, or into those that it lists itself, with extra flags:
#   // build: NAME.o FLAGS
# Needs clang-16, llvm-16 and the headers of libbpf-dev and linux-libc-dev; exit status 77 if they are missing.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
clang=${CLANG:-clang-16}
objdump=${LLVM_OBJDUMP:-llvm-objdump-16}

need() {
    command -v "$1" >/dev/null || { echo "cannot rebuild objects: command=$1 not found (install $2)" >&2; exit 77; }
}

check=false
sources=()
for argument in "$@"; do
    case $argument in
        --check) check=true ;;
        -*) echo "unknown option: $argument (known: --check)" >&2; exit 2 ;;
        *) sources+=("$(realpath "$argument")") ;;
    esac
done
if [ ${#sources[@]} -eq 0 ]; then
    sources=("$root"/examples/*/*.bpf.c "$root"/{xdp-loader,tests,dataplane}/src/test/resources/objects/*.c \
        "$root"/tests/src/test/resources/programs/*.c)
fi

need "$clang" clang-16
need "$objdump" llvm-16
[ -e /usr/include/bpf/bpf_helpers.h ] \
    || { echo "cannot rebuild objects: bpf/bpf_helpers.h not found (install libbpf-dev)" >&2; exit 77; }

# clang knows no host architecture under -target bpf, so it does not look where Debian keeps asm/types.h.
include=()
for folder in "/usr/include/$(uname -m)-linux-gnu" /usr/include/*-linux-gnu; do
    if [ -e "$folder/asm/types.h" ]; then
        include=(-idirafter "$folder")
        break
    fi
done

flags=(-O2 -g -Wall -Wextra -Werror -target bpf -mcpu=v3 -fdebug-compilation-dir=.)

# Compiles from within the source's folder, so that the object names the source without a path.
compile() { # source object [flag...]
    local source=$1 object=$2
    shift 2
    (cd "$(dirname "$source")" \
        && "$clang" "${flags[@]}" "${include[@]}" "$@" -c "$(basename "$source")" -o "$object")
}

# What a loader sees, without what changes with the compiler's installation: debug information and string tables.
describe() { # object
    "$objdump" --section-headers "$1" \
        | awk '$2 ~ /^[._a-zA-Z]/ && $2 !~ /^\.(debug|rel\.debug|BTF|rel\.BTF|strtab|symtab|llvm_addrsig)/ { print $2, $3 }' \
        | sed 's/^/section /'
    "$objdump" --disassemble --reloc --no-print-imm-hex "$1" | tail -n +3
    local section
    while read -r section; do
        "$objdump" --full-contents --section="$section" "$1" | tail -n +3
    done < <("$objdump" --section-headers "$1" | awk '$NF == "DATA" { print $2 }')
}

objects_of() { # source: lines "object flags"
    if grep -q '^// build: ' "$1"; then
        sed -n 's|^// build: ||p' "$1"
    else
        echo "$(basename "$1" .c).o"
    fi
}

aside=$(mktemp -d)
trap 'rm -rf "$aside"' EXIT
count=0
differing=0
for source in "${sources[@]}"; do
    [ -e "$source" ] || continue
    folder=$(dirname "$source")
    while read -r name extra; do
        count=$((count + 1))
        # shellcheck disable=SC2086 # the flags are words
        compile "$source" "$aside/$name" $extra
        if ! $check; then
            mv "$aside/$name" "$folder/$name"
        elif [ ! -e "$folder/$name" ]; then
            echo "${folder#"$root"/}/$name: not committed"
            differing=$((differing + 1))
        elif ! cmp -s "$aside/$name" "$folder/$name" \
                && ! diff -u --label committed --label rebuilt \
                    <(describe "$folder/$name") <(describe "$aside/$name") >"$aside/difference"; then
            echo "${folder#"$root"/}/$name: differs from ${source##*/}"
            head -20 "$aside/difference"
            differing=$((differing + 1))
        fi
    done < <(objects_of "$source")
done

if $check; then
    echo "$count objects compared with their sources, $differing differ"
    [ "$differing" -eq 0 ]
else
    echo "$count objects built"
fi
