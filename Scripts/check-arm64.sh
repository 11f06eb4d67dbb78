#!/bin/sh
# The byte contract across processors: compiles the engine's kernels as arm64 code (Embedded Swift, which needs no Swift
# libraries of the other system), runs them under qemu, and compares the digest of all they compute with that of this
# machine: on x86-64 for each instruction set that it has.
#
# Needs Linux with Swift, and from Debian or Ubuntu a C library for arm64 and qemu; installs those two if they are missing.
set -eu
cd "$(dirname "$0")/.."
. Scripts/kernel-digest.sh

if [ "$(uname -s)" != Linux ]; then
  say "This check needs Linux; on a Mac with Apple silicon the tests compare the same digest natively (KernelDigestTests)."
  exit 1
fi

has_tools() {
  command -v qemu-aarch64 >/dev/null 2>&1 && command -v aarch64-linux-gnu-gcc >/dev/null 2>&1 &&
    [ -e "$(aarch64-linux-gnu-gcc -print-file-name=libc.a)" ]
}
has_tools || install_packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

libraries=$(dirname "$(aarch64-linux-gnu-gcc -print-file-name=libc.a)")
runtime=$(dirname "$(aarch64-linux-gnu-gcc -print-libgcc-file-name)")
compile_digest "$folder/arm64.o" -target aarch64-none-none-elf -enable-experimental-feature Embedded -c
link_static "$folder/arm64" --target=aarch64-linux-gnu -B "$libraries" -L "$libraries" -B "$runtime" -L "$runtime" \
  "$folder/arm64.o"
expected=$(qemu-aarch64 "$folder/arm64")
printf '%-10s %s\n' arm64 "$expected"
failures=0

# compare NAME [OPTION …]: this machine's digest
compare() {
  name=$1
  shift
  compile_digest "$folder/$name" "$@" -lm
  digest=$("$folder/$name")
  printf '%-10s %s\n' "$name" "$digest"
  [ "$digest" = "$expected" ] || failures=$((failures + 1))
}

compare "$(uname -m)"
if [ "$(uname -m)" = x86_64 ]; then
  if has_features avx2 fma; then compare x86-64-v3 -Xcc -march=x86-64-v3; fi
  # shellcheck disable=SC2086  # several words
  if has_features $avx512; then compare x86-64-v4 -Xcc -march=x86-64-v4; fi
fi

if [ "$failures" -ne 0 ]; then
  say "$failures of this machine's digests differ from that of arm64."
  exit 1
fi
echo "The same bits on both processors."
