#!/bin/sh
# The byte contract: builds lessons for several instruction sets and configurations, runs each with 1, 2, 3 and 8 threads,
# and compares all of it with the one expected output. Each build has a folder of its own, so a second run is quick.
#
# Usage: Scripts/check-bytes.sh 04 [05 …]
set -u
cd "$(dirname "$0")/.." || exit 1
. Scripts/kernel-digest.sh
swift=${SWIFT:-swift}
threads="1 2 3 8"
failures=0

# compare NAME CONFIGURATION [ARCHITECTURE]
compare() {
  printf '== %s\n' "$1"
  (
    if [ -n "${3:-}" ]; then TENSORS_MARCH=$3; export TENSORS_MARCH; fi
    $swift build --scratch-path ".build-$1" --configuration "$2" --product course >&2 || exit 1
    # The command builds the lessons into the folder that it was built into itself.
    # shellcheck disable=SC2086
    ".build-$1/$2/course" check $lessons --threads $threads
  ) || failures=$((failures + 1))
}

lessons=${*:-04}
case "$(uname -m)" in
x86_64)
  if [ -r /proc/cpuinfo ] && ! has_features avx2 fma; then
    echo "This processor has no AVX2 with FMA: the builds for x86-64-v3 and x86-64-v4 are left out."
    compare debug debug
  else
    compare v3 debug x86-64-v3
    # shellcheck disable=SC2086  # several words
    if has_features $avx512; then
      compare v4 debug x86-64-v4
    else
      echo "This processor has no AVX-512: the build for x86-64-v4 is left out."
    fi
  fi
  ;;
*) compare debug debug ;;
esac
compare release release

if [ "$failures" -eq 0 ]; then
  echo "The same bytes everywhere."
else
  echo "$failures of the builds differ."
  exit 1
fi
