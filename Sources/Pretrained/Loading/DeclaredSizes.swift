import Checkpoints
import Support

/// A size that `config.json` declares, and that a tensor of the checkpoint has too.
struct DeclaredSize {
  /// The key path in `config.json`.
  let key: String
  /// What it says, as a message shows it.
  let says: String
  /// The size that follows from it.
  let size: Int
  /// Why no model can have it, whatever the checkpoint holds.
  let problem: String?

  init(_ key: String, _ size: Int, says: String? = nil, problem: String? = nil) {
    self.key = key
    self.size = size
    self.says = says ?? "\(size)"
    self.problem = problem
  }
}

/// A tensor whose whole shape follows from `config.json`.
struct DeclaredTensor {
  /// The name, and others under which the same numbers may be found.
  let names: [String]
  /// The size of each dimension, and where it is declared.
  let shape: [DeclaredSize]

  init(_ name: String, or other: String? = nil, shape: [DeclaredSize]) {
    names = [name] + (other.map { [$0] } ?? [])
    self.shape = shape
  }
}

/// A part of a model whose size follows from `config.json`.
enum DeclaredPart {
  /// A tensor.
  case tensor(DeclaredTensor)
  /// So many layers, whose tensors' names begin with `prefix` and their number from 0, and what is in each.
  case layers(DeclaredSize, prefix: String, tensors: (_ index: Int, _ prefix: String) -> [DeclaredTensor])
}

extension ModelConfiguration {
  /// Compares the sizes in `config.json` with the shapes in a checkpoint.
  ///
  /// A model is made from its settings, so an absurd size would ask for absurd memory; whoever loads one compares
  /// before. Of every kind of tensor whose size is a product of two settings one is compared in each layer, with its
  /// whole shape, so that a model is never larger than a small multiple of what the checkpoint holds.
  ///
  /// - Parameters:
  ///   - checkpoint: the weights.
  ///   - file: the path of `config.json`, for messages.
  /// - Throws: `DataError` that names file, key, size, tensor and shape, or a tensor that is missing.
  public func requireFit(_ checkpoint: Checkpoint, file: String) throws {
    for part in declaredParts {
      switch part {
      case .tensor(let tensor): try requireFit(tensor, checkpoint, file: file)
      case .layers(let count, let prefix, let tensors):
        let found = checkpoint.layerCount(prefix)
        guard count.size <= found else {
          throw DataError(
            .mismatch, file: file, place: count.key,
            reason: "is \(count.says), but \(checkpoint.path) has \(found) layers \(quoted(prefix + "…"))")
        }
        for index in 0..<count.size {
          for tensor in tensors(index, "\(prefix)\(index).") { try requireFit(tensor, checkpoint, file: file) }
        }
      }
    }
  }

  private func requireFit(_ tensor: DeclaredTensor, _ checkpoint: Checkpoint, file: String) throws {
    guard let entry = try checkpoint.find(tensor.names) else {
      throw DataError(
        .notFound, file: checkpoint.path,
        reason: "lacks \(quoted(tensor.names[0])), which a \(modelType) model needs"
          + checkpoint.wrapperHint(tensor.names[0]))
    }
    try entry.requireWeights()
    for (dimension, declared) in tensor.shape.enumerated() {
      if let problem = declared.problem {
        throw DataError(.mismatch, file: file, place: declared.key, reason: "is \(declared.says)\(problem)")
      }
      guard entry.shape.count == tensor.shape.count, entry.shape[dimension] == declared.size else {
        throw DataError(
          .mismatch, file: file, place: declared.key,
          reason:
            "is \(declared.says), but \(quoted(entry.name)) in \(entry.file.path) has the shape \(shapeText(entry.shape))"
        )
      }
    }
    // A view may repeat one number, so that four bytes describe millions; no weight does.
    guard entry.count <= entry.byteCount / entry.elementType.byteCount else {
      throw DataError(
        .mismatch, file: entry.file.path, place: quoted(entry.name), reason: "repeats its numbers, as no weight does")
    }
  }
}

extension Checkpoint {
  /// How many numbers, from 0 and without a gap, follow `prefix` in the names.
  fileprivate func layerCount(_ prefix: String) -> Int {
    var found: Set<Int> = []
    for name in names where name.hasPrefix(prefix) {
      let digits = name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }
      if let index = Int(digits), digits == "\(index)" { found.insert(index) }
    }
    var count = 0
    while found.contains(count) { count += 1 }
    return count
  }
}
