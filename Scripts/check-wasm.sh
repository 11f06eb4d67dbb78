#!/bin/sh
# The byte contract in a browser's processor: compiles the engine's kernels as WebAssembly (Embedded Swift), runs them, and
# compares the digest of all they compute with that of this machine. The runtime of the Swift toolchain, `wasmkit`, runs
# them number by number; Node, where it is installed, also runs them with WebAssembly's vectors of 128 bits.
#
# Needs a Swift toolchain from swift.org, which brings clang, wasm-ld and wasmkit. Nothing is installed.
set -eu
cd "$(dirname "$0")/.."
. Scripts/kernel-digest.sh

tools=$(dirname "$(readlink -f "$(command -v "$swiftc")")")
for tool in clang wasm-ld wasmkit; do
  if [ ! -x "$tools/$tool" ]; then
    say "This check needs $tool, which stands beside swiftc in the toolchains of swift.org; $tools has none."
    exit 1
  fi
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

compile_digest "$folder/native" -lm
expected=$("$folder/native")
printf '%-10s %s\n' "$(uname -m)" "$expected"

"$tools/clang" --target=wasm32-unknown-unknown -O2 -ffp-contract=off -ffreestanding -c Scripts/wasm-runtime.c \
  -o "$folder/runtime.o"

# link_wasm NAME [OPTION …]
link_wasm() {
  name=$1
  shift
  compile_digest "$folder/$name.o" -target wasm32-unknown-none-wasm -enable-experimental-feature Embedded -c "$@"
  "$tools/wasm-ld" --no-entry "$folder/$name.o" "$folder/runtime.o" -o "$folder/$name.wasm"
}

failures=0
# compare NAME COMMAND …
compare() {
  name=$1
  shift
  digest=$("$@") || digest="(no digest: exit code $?)"
  printf '%-10s %s\n' "$name" "$digest"
  [ "$digest" = "$expected" ] || failures=$((failures + 1))
}

link_wasm wasm
compare wasm "$tools/wasmkit" run "$folder/wasm.wasm"
if command -v node >/dev/null 2>&1; then
  link_wasm simd128 -Xcc -msimd128
  cat >"$folder/run.mjs" <<'END'
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";
const system = new WASI({ version: "preview1" });
const program = await WebAssembly.instantiate(readFileSync(process.argv[2]), system.getImportObject());
system.start(program.instance);
END
  compare simd128 node --no-warnings "$folder/run.mjs" "$folder/simd128.wasm"
else
  say "Node is not installed, so WebAssembly's vectors were not tried."
fi

if [ "$failures" -ne 0 ]; then
  say "$failures digests differ from that of this machine."
  exit 1
fi
echo "The same bits as WebAssembly."
