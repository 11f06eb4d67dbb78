#!/bin/sh
# Sees that the site's tools are there: pandoc, which makes the pages, and with the argument `check` what their test needs
# too: Chromium, and axe-core, the accessibility checker, which comes out of a Python package. Says what to do where it
# cannot install them.
#
# As in Scripts/setup.sh a password is asked for only where `make setup-site` was called for itself (ASK=1). That also
# fetches what Swift needs to build the libraries, so that `make site` needs no network afterward.
set -eu
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*" >&2; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

install_with_apt() {
  command -v apt-get >/dev/null 2>&1 || return 1
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || { [ "${ASK:-0}" = 1 ] && [ -t 0 ]; } || return 1
  say "Installing $1 with apt-get, for the site."
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$1" >/dev/null 2>&1 || {
    as_root apt-get update >/dev/null 2>&1 &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$1" >/dev/null 2>&1
  }
}

if ! command -v python3 >/dev/null 2>&1; then
  say "The site is built by Python 3, and there is no python3 on the PATH."
  exit 1
fi
if ! command -v pandoc >/dev/null 2>&1; then
  if command -v brew >/dev/null 2>&1; then
    say "Installing pandoc with Homebrew, for the site."
    brew install pandoc >&2 || true
  else
    install_with_apt pandoc || true
  fi
fi
if ! command -v pandoc >/dev/null 2>&1; then
  say "The site needs pandoc, 2.17 or later: \`make setup-site\` installs it where it can, or see https://pandoc.org/installing.html"
  exit 1
fi

# The reference pages are made from the built libraries. Without Swift the site has none.
swift=${SWIFT:-swift}
if command -v "${swift%% *}" >/dev/null 2>&1; then
  sh Scripts/setup.sh
  # shellcheck disable=SC2086  # SWIFT may be a command of several words
  if [ "${ASK:-0}" = 1 ]; then $swift package resolve >&2; fi
fi

if [ "${1:-}" != check ]; then exit 0; fi

if ! python3 Scripts/site/browser.py >/dev/null; then
  install_with_apt chromium || true
  if ! python3 Scripts/site/browser.py >/dev/null; then
    say "The test of the site needs Chromium or Chrome: \`make setup-site\` installs it on Debian; CHROMIUM=/path/to/it names one."
    exit 1
  fi
fi

# One version, so that the same pages pass or fail everywhere.
package=axe-playwright-python==0.1.8
axe=.build-site/axe.min.js
if [ ! -e "$axe" ]; then
  say "Fetching axe-core, the accessibility checker, out of the Python package $package."
  rm -rf .build-site/wheel
  mkdir -p .build-site
  if python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest .build-site/wheel "$package" >&2; then
    python3 -c 'import glob, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(".build-site/wheel/*.whl")[0])
open(sys.argv[1], "wb").write(wheel.read("axe_playwright_python/axe.min.js"))' "$axe.new"
    mv "$axe.new" "$axe"
    rm -rf .build-site/wheel
  else
    say "The test of the site needs axe-core, and pip could not fetch it: put its axe.min.js, version 4, at $axe"
    exit 1
  fi
fi
