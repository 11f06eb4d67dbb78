import Checkpoints
import Exercises
import Support
import Tensors
import Training

@main enum Check: ExerciseCheck {
  /// A file of tensors; the order in the header is not that of the data.
  static func file(_ tensors: [(name: String, tensor: Tensor)], hasMetadata: Bool) -> [UInt8] {
    var data: [UInt8] = []
    var members: [String] = hasMetadata ? ["\"__metadata__\": {\"format\": \"pt\"}"] : []
    for (name, tensor) in tensors {
      let begin = data.count
      for number in tensor.scalars {
        data += (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(8 * $0)) }
      }
      let shape = tensor.shape.map { "\($0)" }.joined(separator: ", ")
      members.append(
        "\"\(name)\": {\"dtype\": \"F32\", \"shape\": [\(shape)], \"data_offsets\": [\(begin), \(data.count)]}")
    }
    let header = Array("{\(members.shuffledByDraw().joined(separator: ", "))}".utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
  }

  static func check() throws {
    var cases: [(tensors: [(name: String, tensor: Tensor)], found: [String: StoredTensor])] = []
    for trial in 0..<10 {
      let tensors = (0..<Int.draw(in: 1...5)).map { number in
        (name: "layer.\(number)", tensor: Tensor.randn((0..<Int.draw(in: 0...3)).map { _ in Int.draw(in: 1...4) }))
      }
      cases.append((tensors, readSafetensors(file(tensors, hasMetadata: trial % 2 == 1))))
    }
    try property("Every tensor of the header is found, and nothing else") {
      for (tensors, found) in cases {
        let names = tensors.map(\.name)
        try expect(
          found.keys.sorted() == names,
          "found \(found.keys.sorted()), but the file holds \(names); go through the members of the header, "
            + "all but \"__metadata__\"")
      }
    }
    try property("Shapes are those of the header") {
      for (tensors, found) in cases {
        for (name, tensor) in tensors {
          try expect(found[name]?.shape == tensor.shape, "\(name) is \(found[name]?.shape ?? []), not \(tensor.shape)")
        }
      }
    }
    try property("Numbers are those of the file, bit by bit") {
      for (tensors, found) in cases {
        for (name, tensor) in tensors {
          let numbers = found[name]?.numbers ?? []
          try expect(
            numbers == tensor.scalars,
            "\(name) begins with \(numbers.prefix(2)), expected is \(tensor.scalars.prefix(2)); offsets are counted "
              + "from the end of the header, and the lowest byte comes first")
        }
      }
    }
    try property("The lesson's checkpoint: 8 + header + 4 bytes a number, and the library's numbers") {
      let path = try ShippedCheckpoint.clip.directory + "/model.safetensors"
      let mapped = try MappedFile(path: path)
      let bytes = withExtendedLifetime(mapped) { Array(mapped.bytes) }
      let found = readSafetensors(bytes)
      let library = try Checkpoint(path: path)
      try expect(
        found.keys.sorted() == library.names.sorted(), "\(found.count) tensors instead of \(library.names.count)")
      for name in ["logit_scale", "visual_projection.weight", "text_model.final_layer_norm.bias"] {
        try expect(found[name]?.numbers == library.float32(name), "\(name) differs from the library's")
      }
      let count = found.values.reduce(0) { $0 + $1.numbers.count }
      let header = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
      try expect(8 + header + 4 * count == bytes.count, "\(count) numbers do not fill the file of \(bytes.count) bytes")
    }
  }
}
