#!/bin/sh
# Installs what the course needs and this machine lacks: libpng's development files. Says what to do where it cannot.
set -eu

say() { printf '%s\n' "$*" >&2; }

# Swift itself is the reader's to install: which way is best depends on the system.
if ! command -v swift >/dev/null 2>&1; then
  say "The course needs Swift 6.2 or later, and there is no 'swift' on the PATH: https://www.swift.org/install"
  exit 1
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
# shellcheck disable=SC2086  # two words
set -- $version
if [ $# -eq 2 ] && [ "$(($1 * 100 + $2))" -lt 602 ]; then
  say "The course needs Swift 6.2 or later, this is $1.$2: https://www.swift.org/install"
  exit 1
fi

has_libpng() {
  if command -v pkg-config >/dev/null 2>&1 && pkg-config --exists libpng; then return 0; fi
  # Homebrew's headers are found through pkg-config only; these are where a compiler looks by itself.
  [ -e /usr/include/png.h ] || [ -e /usr/local/include/png.h ]
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    say "libpng's development files are missing; install the package libpng-dev as root, then try again."
    exit 1
  fi
}

if has_libpng; then exit 0; fi
if command -v apt-get >/dev/null 2>&1; then
  say "Installing libpng-dev with apt-get."
  install_libpng() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends libpng-dev >&2
  }
  # The lists of packages may be missing or old: fetch them only if need be.
  install_libpng 2>/dev/null || { as_root apt-get update >&2 && install_libpng; } || {
    say "apt-get could not install libpng-dev; install it by hand, then try again."
    exit 1
  }
elif command -v brew >/dev/null 2>&1; then
  say "Installing libpng and pkgconf with Homebrew."
  brew install libpng pkgconf >&2
else
  say "libpng's development files are missing (png.h): install them with this system's package manager" \
    "(libpng-devel on Fedora, libpng on Arch), then try again."
  exit 1
fi

if ! has_libpng; then
  say "libpng was installed, but neither pkg-config nor /usr/include/png.h shows it: see the troubleshooting in README.md"
  exit 1
fi
