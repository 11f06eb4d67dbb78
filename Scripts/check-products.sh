#!/bin/sh
# The libraries as somebody else's package uses them: clones the last commit, gives it a version, and builds and runs the
# package in Tests/Dependant with that version as its dependency. Where nothing was asked for, the program must run on every
# x86-64 processor; with an instruction set it prints the same bytes.
set -eu
cd "$(dirname "$0")/.."
. Scripts/kernel-digest.sh
swift=${SWIFT:-swift}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

git clone --quiet . "$folder/multimodal-course"
git -C "$folder/multimodal-course" tag 0.1.0
cp -R Tests/Dependant "$folder/dependant"
COURSE_URL=file://$folder/multimodal-course
export COURSE_URL
unset TENSORS_MARCH

# run NAME [OPTION …]: builds in release, and prints what the program prints
run() {
  name=$1
  shift
  say "Building a package that depends on the libraries: $name."
  $swift build --package-path "$folder/dependant" --scratch-path "$folder/$name" --disable-dependency-cache \
    --configuration release "$@" >&2
  "$folder/$name/release/Dependant" "$folder/weights.safetensors"
}

run unasked >"$folder/unasked.txt"
cat "$folder/unasked.txt"
[ "$(uname -m)" = x86_64 ] || exit 0

# Instructions of AVX and of FMA begin with a v.
objdump="$(dirname "$(readlink -f "$(command -v "$swiftc")")")/llvm-objdump"
[ -x "$objdump" ] || objdump=objdump
count=$("$objdump" -d "$folder/unasked/release/Dependant" | grep -cE '[[:space:]]v(fmadd|add|mul|mov)[a-z0-9]*[ps][sd]' || true)
echo "Instructions beyond every x86-64 processor, unasked: $count"
[ "$count" -eq 0 ] || exit 1

if has_features avx2 fma; then
  run x86-64-v3 -Xcc -march=x86-64-v3 >"$folder/v3.txt"
  cmp "$folder/unasked.txt" "$folder/v3.txt"
  echo "The same bytes with -Xcc -march=x86-64-v3."
fi
