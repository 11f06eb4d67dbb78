# What the checks of the byte contract share; they source this file from the project's folder.
# A digest is compiled from the engine's kernels alone, as Embedded Swift where the other system has no Swift libraries.
swiftc=${SWIFTC:-swiftc}
digest_sources="Sources/Tensors/Kernels/*.swift Tests/TensorsTests/KernelDigest.swift Scripts/PrintDigest.swift"
digest_options="-O -wmo -parse-as-library -package-name multimodal-course -module-name Kernels -Xcc -fno-math-errno
  -enable-experimental-feature Extern -I Sources/CPrefetch"

say() { printf '%s\n' "$*" >&2; }

# as_root COMMAND …
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# install_packages PACKAGE …: with apt-get
install_packages() {
  say "Installing $* with apt-get."
  install_now() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" >&2; }
  # The lists of packages may be missing or old: fetch them only if need be.
  install_now "$@" 2>/dev/null || { as_root apt-get update >&2 && install_now "$@"; } || {
    say "These could not be installed: $*"
    exit 1
  }
}

# compile_digest OUTPUT [OPTION …]
compile_digest() {
  output=$1
  shift
  # shellcheck disable=SC2086  # several words
  "$swiftc" $digest_options "$@" $digest_sources -o "$output"
}

# link_static OUTPUT [OPTION …]: by the toolchain's clang and lld, as GNU ld refuses Swift's objects
link_static() {
  output=$1
  shift
  "$(dirname "$(readlink -f "$(command -v "$swiftc")")")/clang" -fuse-ld=lld -static "$@" -lm -o "$output"
}

# has_features NAME …: of this processor
has_features() {
  for flag in "$@"; do grep -qw "$flag" /proc/cpuinfo 2>/dev/null || return 1; done
}

avx512="avx512f avx512bw avx512cd avx512dq avx512vl"
