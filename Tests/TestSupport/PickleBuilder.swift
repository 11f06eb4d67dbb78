/// Writes pickles opcode by opcode.
package enum PickleBuilder {
  package static let proto: [UInt8] = [0x80, 2]
  package static let stop: [UInt8] = [UInt8(ascii: ".")]

  package static func text(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + bytes(UInt32(text.utf8.count)) + text.utf8
  }

  package static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  package static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + bytes(Int64(value)) }

  package static func tuple(_ items: [UInt8]...) -> [UInt8] { Array("(".utf8) + items.flatMap { $0 } + Array("t".utf8) }

  package static func storage(_ type: String = "FloatStorage", key: String = "0", count: Int) -> [UInt8] {
    tuple(text("storage"), global("torch", type), text(key), text("cpu"), integer(count)) + Array("Q".utf8)
  }

  /// A call of `_rebuild_tensor_v2`.
  package static func tensor(_ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]) -> [UInt8] {
    let shapeTuple = Array("(".utf8) + shape.flatMap(integer) + Array("t".utf8)
    let stridesTuple = Array("(".utf8) + strides.flatMap(integer) + Array("t".utf8)
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(storage, integer(offset), shapeTuple, stridesTuple, [0x89], Array("}".utf8)) + Array("R".utf8)
  }

  /// A dictionary with one member.
  package static func dictionary(_ key: String, _ value: [UInt8]) -> [UInt8] {
    Array("}".utf8) + text(key) + value + Array("s".utf8)
  }

  /// A PyTorch file with this pickle and a storage `0`.
  package static func archive(_ pickle: [UInt8], storage: [UInt8] = [0, 0, 0, 0, 0, 0, 128, 63]) -> ZipBuilder {
    ZipBuilder(entries: [
      .init(name: "m/data.pkl", bytes: pickle), .init(name: "m/byteorder", bytes: Array("little".utf8)),
      .init(name: "m/data/0", bytes: storage),
    ])
  }

  /// A file whose one tensor `w` is `[0, 1]`.
  package static func validArchive() -> ZipBuilder {
    archive(proto + dictionary("w", tensor(storage(count: 2), shape: [2], strides: [1])) + stop)
  }

  /// A PyTorch file with single-precision tensors, each in a storage of its own, as `torch.save` of a state dictionary
  /// writes it.
  package static func stateDictionary(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> ZipBuilder {
    var members = proto + Array("}(".utf8)
    var entries: [ZipBuilder.Entry] = [.init(name: "m/byteorder", bytes: Array("little".utf8))]
    for (index, item) in tensors.enumerated() {
      var strides = [Int](repeating: 1, count: item.shape.count)
      for dimension in item.shape.indices.dropLast().reversed() {
        strides[dimension] = strides[dimension + 1] * item.shape[dimension + 1]
      }
      let storage = storage(key: "\(index)", count: item.values.count)
      members += text(item.name) + tensor(storage, shape: item.shape, strides: strides)
      entries.append(
        .init(name: "m/data/\(index)", bytes: item.values.flatMap { bytes($0.bitPattern) }))
    }
    entries.insert(.init(name: "m/data.pkl", bytes: members + Array("u".utf8) + stop), at: 0)
    return ZipBuilder(entries: entries)
  }
}
