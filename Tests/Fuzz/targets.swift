// `fuzz.py` puts this behind the text of the package's own Package.swift: of its targets those that read files, compiled to
// tell libFuzzer which of their branches an input takes, and the program that feeds them.

let readers: Set = ["Support", "Checkpoints", "Images", "Tokenizers", "Pretrained", "Hub"]
let below: Set = ["CCurl", "CPNG", "CPrefetch", "Layers", "Tensors"]

package.products = []
package.dependencies = []
package.targets.removeAll { !readers.contains($0.name) && !below.contains($0.name) }
for target in package.targets where readers.contains(target.name) {
  // The checks that optimized code leaves out are made: of `assert`, and of each access through an unsafe buffer.
  target.swiftSettings? += [.unsafeFlags(["-sanitize=fuzzer", "-assert-config", "Debug"])]
}
package.targets += [
  .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
  .executableTarget(
    name: "Fuzz",
    dependencies: [.target(name: "CFuzzer")]
      + package.targets.map(\.name).filter(readers.contains).map { .target(name: $0) },
    path: "Tests/Fuzz/Sources", swiftSettings: program,
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
]
