#!/bin/sh
# Runs the tests under ThreadSanitizer, which tells of every place where two threads use the same memory without an order
# between them. Everything is compiled anew for it, into .build-threads, and runs some ten times as long; the lessons, which
# are programs of their own, are left out.
#
# Usage: Scripts/check-threads.sh [NAME …]: only the tests of these modules, such as TensorsTests
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
package=.build-threads/package
log=.build-threads/report.txt

mkdir -p "$package"
for name in Sources Tests Lessons docs expected-outputs Scripts README.md CONTRIBUTING.md CHANGELOG.md Makefile; do
  [ -e "$package/$name" ] || ln -s "../../$name" "$package/$name"
done
{
  cat Package.swift
  cat <<'END'

// No lessons and no programs of the course; of Plots, which has no threads, Swift 6.3.1 makes no code for this sanitizer.
let leftOut: Set = [
  "course", "bench", "CourseTests", "LessonTests", "GuideTests", "Verification", "VerificationTests", "LessonInput",
  "LessonInputTests", "Plots", "PlotsTests", "Weaver", "WeaverTests", "Exercises", "ExercisesTests",
]
package.products = []
package.targets.removeAll { leftOut.contains($0.name) || $0.name.hasPrefix("Lesson") }
END
} >"$package/Package.swift.new"
if cmp -s "$package/Package.swift.new" "$package/Package.swift"; then
  rm "$package/Package.swift.new"
else
  mv "$package/Package.swift.new" "$package/Package.swift"
fi

printf 'Building the tests for ThreadSanitizer.\n' >&2
$swift build --package-path "$package" --scratch-path .build-threads --build-tests --sanitize thread >.build-threads/build.txt 2>&1 || {
  cat .build-threads/build.txt
  exit 1
}
# The tests' own programs are compiled for it, too, and tell of races on their own standard error.
TSAN_OPTIONS="halt_on_error=0 exitcode=66 suppressions=$PWD/Scripts/thread-sanitizer.txt log_path=$PWD/.build-threads/race"
SWIFT_BACKTRACE=enable=no
export TSAN_OPTIONS SWIFT_BACKTRACE
rm -f .build-threads/race.*
# Left out: what the sanitizer's own memory and code change, and trainings, which would take hours on the same kernels.
filter="--skip aLargeFileTakesLittleMemory --skip MistakeLineTests --skip TrainerTests"
for name in "$@"; do filter="$filter --filter $name"; done
status=0
# shellcheck disable=SC2086  # several words
(cd "$package" && $swift test --scratch-path ../ --skip-build --sanitize thread $filter) >"$log" 2>&1 || status=$?
tail -n 3 "$log"
races=$(cat .build-threads/race.* 2>/dev/null | grep -c 'WARNING: ThreadSanitizer' || true)
cat .build-threads/race.* 2>/dev/null || true
echo "Races: $races. Tests: status $status, see $log."
[ "$races" -eq 0 ] && [ "$status" -eq 0 ]
