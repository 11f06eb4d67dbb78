// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Somebody else's package, which depends on a version of the course's libraries. `Scripts/check-products.sh` builds it.
let package = Package(
  name: "dependant",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: ProcessInfo.processInfo.environment["COURSE_URL"] ?? "../..", from: "0.0.0")
  ],
  targets: [
    .executableTarget(
      name: "Dependant",
      dependencies: [
        "Checkpoints", "Datasets", "Hub", "Images", "Layers", "Models", "Pretrained", "Support", "Tensors",
        "Tokenizers",
      ].map { .product(name: $0, package: "multimodal-course") })
  ]
)
