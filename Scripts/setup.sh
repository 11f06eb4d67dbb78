#!/bin/sh
# Installs what the course needs and this machine lacks: libpng's development files, without which it does not build,
# and libjpeg-turbo and libwebp, without which it reads no JPEG and no WebP but does all else. Says what to do where it
# cannot.
# SWIFT names another compiler than the one on the PATH, as for `make`.
#
# Every package is named before it is installed. A password is asked for only where the course cannot do without the
# package, or where `make setup` was called for itself (ASK=1), and only at a terminal.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

# Swift itself is the reader's to install: which way is best depends on the system.
swift=${SWIFT:-swift}
if ! command -v "${swift%% *}" >/dev/null 2>&1; then
  say "The course needs Swift 6.2 or later, and there is no '$swift' on the PATH: https://www.swift.org/install"
  exit 1
fi
# shellcheck disable=SC2086  # SWIFT may be a command of several words
version=$($swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
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

# The course loads libjpeg-turbo and libwebp when it meets the first JPEG or WebP; these are the places where it looks,
# see TurboJPEG.swift and WebPLibrary.swift.
has_library() { # file's name, number of its interface, Homebrew's name
  for library in /usr/lib/"$1".* /usr/lib64/"$1".* /usr/lib/*-linux-gnu*/"$1".* /usr/local/lib/"$1".* \
    /usr/local/opt/"$3"/lib/"$1".* /opt/homebrew/lib/"$1".* /opt/homebrew/opt/"$3"/lib/"$1".*; do
    case $library in
      *.so | *.so."$2" | *.dylib) if [ -e "$library" ]; then return 0; fi ;;
    esac
  done
  return 1
}

# may_install: whether packages can be installed without asking for a password
may_install() { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null 2>&1; then
    say "Installing packages needs root, and there is no sudo."
    return 1
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"; }

# The lists of packages may be missing or old: they are fetched only if need be.
apt_install_with_lists() {
  apt_install "$@" >/dev/null 2>&1 || { as_root apt-get update >&2 && apt_install "$@" >&2; }
}

if ! has_libpng; then
  if command -v apt-get >/dev/null 2>&1; then
    say "Installing libpng-dev and pkg-config with apt-get, without which the course does not build."
    apt_install_with_lists libpng-dev pkg-config || {
      say "libpng-dev could not be installed; install it as root (apt-get install libpng-dev pkg-config), then try again."
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
fi

# Only JPEGs and WebPs need them: whatever happens here, the course goes on, and says so in one line. A machine that
# cannot install them would try again with every `make`: that it was tried is remembered until the next day.
install_reader() { # format, library, file's name, number of its interface, apt's name, Homebrew's name
  if has_library "$3" "$4" "$6"; then return 0; fi
  tried=.build/$2-not-installed
  if [ "${ASK:-0}" != 1 ] && [ -n "$(find "$tried" -mtime -1 2>/dev/null)" ]; then return 0; fi
  if command -v apt-get >/dev/null 2>&1; then
    if ! may_install && ! { [ "${ASK:-0}" = 1 ] && [ -t 0 ]; }; then
      say "To read $1, install $5: \`make setup\` does so. The course goes on without."
      mkdir -p .build && : >"$tried"
      return 0
    fi
    say "Installing $5 with apt-get, to read $1."
    apt_install_with_lists "$5" >/dev/null 2>&1 || true
  elif command -v brew >/dev/null 2>&1; then
    say "Installing $6 with Homebrew, to read $1."
    brew install "$6" >/dev/null 2>&1 || true
  fi
  if has_library "$3" "$4" "$6"; then
    rm -f "$tried"
  else
    say "warning: $2 could not be installed: PNGs can be read, $1 cannot (README.md, Troubleshooting)"
    mkdir -p .build && : >"$tried"
  fi
}

install_reader JPEGs libjpeg-turbo libturbojpeg 0 libturbojpeg0-dev jpeg-turbo
install_reader WebPs libwebp libwebp 7 libwebp-dev webp
