#!/bin/sh
# The byte contract across processors: compiles the engine's kernels as arm64 code (Embedded Swift, which needs no Swift
# libraries of the other system), runs them under qemu, and compares the digest of all they compute with that of this
# machine: on x86-64 for each instruction set that it has.
#
# Needs Linux with Swift, and from Debian or Ubuntu a C library for arm64 and qemu; installs those two if they are missing.
set -eu
cd "$(dirname "$0")/.."
swiftc=${SWIFTC:-swiftc}

say() { printf '%s\n' "$*" >&2; }

if [ "$(uname -s)" != Linux ]; then
  say "This check needs Linux; on a Mac with Apple silicon the tests compare the same digest natively (KernelDigestTests)."
  exit 1
fi

has_tools() {
  command -v qemu-aarch64 >/dev/null 2>&1 && command -v aarch64-linux-gnu-gcc >/dev/null 2>&1 &&
    [ -e "$(aarch64-linux-gnu-gcc -print-file-name=libc.a)" ]
}

if ! has_tools; then
  packages="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
  as_root=$([ "$(id -u)" -eq 0 ] || echo sudo)
  say "Installing $packages with apt-get."
  # shellcheck disable=SC2086  # several words
  install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $packages >&2; }
  # The lists of packages may be missing or old: fetch them only if need be.
  install 2>/dev/null || { $as_root apt-get update >&2 && install; } || {
    say "These could not be installed: $packages"
    exit 1
  }
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sources="Sources/Tensors/Kernels/*.swift Scripts/arm64/PrintDigest.swift"
options="-O -wmo -parse-as-library -package-name multimodal-course -module-name Kernels -Xcc -fno-math-errno"
options="$options -enable-experimental-feature Extern -I Sources/CPrefetch"

# clang of the Swift toolchain links: GNU ld refuses the object.
clang=$(dirname "$(readlink -f "$(command -v "$swiftc")")")/clang
libraries=$(dirname "$(aarch64-linux-gnu-gcc -print-file-name=libc.a)")
runtime=$(dirname "$(aarch64-linux-gnu-gcc -print-libgcc-file-name)")
# shellcheck disable=SC2086
"$swiftc" $options -target aarch64-none-none-elf -enable-experimental-feature Embedded -c $sources -o "$folder/arm64.o"
"$clang" --target=aarch64-linux-gnu -fuse-ld=lld -static -B "$libraries" -L "$libraries" -B "$runtime" -L "$runtime" \
  "$folder/arm64.o" -lm -o "$folder/arm64"
expected=$(qemu-aarch64 "$folder/arm64")
printf '%-10s %s\n' arm64 "$expected"
failures=0

# compare NAME [OPTION …]: this machine's digest
compare() {
  name=$1
  shift
  # shellcheck disable=SC2086
  "$swiftc" $options "$@" $sources -o "$folder/$name" -lm
  digest=$("$folder/$name")
  printf '%-10s %s\n' "$name" "$digest"
  [ "$digest" = "$expected" ] || failures=$((failures + 1))
}

has() {
  for flag in "$@"; do grep -qw "$flag" /proc/cpuinfo || return 1; done
}

compare "$(uname -m)"
if [ "$(uname -m)" = x86_64 ]; then
  if has avx2 fma; then compare x86-64-v3 -Xcc -march=x86-64-v3; fi
  if has avx512f avx512bw avx512cd avx512dq avx512vl; then compare x86-64-v4 -Xcc -march=x86-64-v4; fi
fi

if [ "$failures" -ne 0 ]; then
  say "$failures of this machine's digests differ from that of arm64."
  exit 1
fi
echo "The same bits on both processors."
