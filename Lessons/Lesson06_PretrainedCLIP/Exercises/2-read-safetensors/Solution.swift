import Support

/// A tensor of a file.
struct StoredTensor {
  let shape: [Int]
  let numbers: [Float]
}

/// All tensors of a safetensors file, by name.
func readSafetensors(_ bytes: [UInt8]) -> [String: StoredTensor] {
  let headerLength = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
  guard let header = try? JSON(parsing: Array(bytes[8..<8 + headerLength]), file: nil),
    case .object(let tensors) = header
  else { return [:] }
  var result: [String: StoredTensor] = [:]
  // The metadata are an object, too, but have no offsets.
  for (name, value) in tensors.members where name != "__metadata__" {
    guard case .object(let tensor) = value, let shape = integers(tensor["shape"]),
      let ends = integers(tensor["data_offsets"]), ends.count == 2
    else { continue }
    // Offsets are counted from the beginning of the data, so that the header may be written last.
    let start = 8 + headerLength
    let numbers = stride(from: start + ends[0], to: start + ends[1], by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) })
    }
    result[name] = StoredTensor(shape: shape, numbers: numbers)
  }
  return result
}

/// The whole numbers of a JSON array.
func integers(_ json: JSON?) -> [Int]? {
  guard case .array(let values)? = json else { return nil }
  return values.compactMap { if case .integer(let value) = $0 { value } else { nil } }
}
