import func Tensors.widenFloat16

/// The type of a tensor's elements in a file.
///
/// These are the ten types that published checkpoints use. Raw values are the names in a safetensors header.
public enum ElementType: String, Sendable, CaseIterable, CustomStringConvertible {
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// IEEE 754 single precision, the type the engine computes in.
  case float32 = "F32"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of a `float32`: its range with 8 bits of precision.
  case bfloat16 = "BF16"
  /// Signed 64-bit integer.
  case int64 = "I64"
  /// Signed 32-bit integer.
  case int32 = "I32"
  /// Signed 16-bit integer.
  case int16 = "I16"
  /// Signed 8-bit integer.
  case int8 = "I8"
  /// Unsigned 8-bit integer.
  case uint8 = "U8"
  /// One byte, 0 for false and anything else for true.
  case bool = "BOOL"

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether the elements are floating-point numbers.
  public var isFloatingPoint: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16: true
    case .int64, .int32, .int16, .int8, .uint8, .bool: false
    }
  }

  /// PyTorch's name, such as `float16`.
  public var description: String {
    switch self {
    case .float64: "float64"
    case .float32: "float32"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .int64: "int64"
    case .int32: "int32"
    case .int16: "int16"
    case .int8: "int8"
    case .uint8: "uint8"
    case .bool: "bool"
    }
  }

  /// The type of a storage class in a pickle, such as `HalfStorage` of the module `torch`.
  init?(storageClass name: String) {
    switch name {
    case "DoubleStorage": self = .float64
    case "FloatStorage": self = .float32
    case "HalfStorage": self = .float16
    case "BFloat16Storage": self = .bfloat16
    case "LongStorage": self = .int64
    case "IntStorage": self = .int32
    case "ShortStorage": self = .int16
    case "CharStorage": self = .int8
    case "ByteStorage": self = .uint8
    case "BoolStorage": self = .bool
    default: return nil
    }
  }
}

extension ElementType {
  /// Reads `count` elements that lie `step` elements apart, as single precision.
  ///
  /// `source` needs no alignment. `float64` and wide integers are rounded to nearest; `bool` gives 0 or 1.
  func widen(_ source: UnsafeRawPointer, step: Int, count: Int, into target: UnsafeMutablePointer<Float>) {
    func each<Element>(_ type: Element.Type, _ convert: (Element) -> Float) where Element: BitwiseCopyable {
      let stride = step &* MemoryLayout<Element>.stride
      for index in 0..<count {
        target[index] = convert(source.loadUnaligned(fromByteOffset: index &* stride, as: Element.self))
      }
    }
    switch self {
    case .float64: each(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
    case .float32: each(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
    case .float16: each(UInt16.self) { widenFloat16(UInt16(littleEndian: $0)) }
    case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
    case .int64: each(Int64.self) { Float(Int64(littleEndian: $0)) }
    case .int32: each(Int32.self) { Float(Int32(littleEndian: $0)) }
    case .int16: each(Int16.self) { Float(Int16(littleEndian: $0)) }
    case .int8: each(Int8.self) { Float($0) }
    case .uint8: each(UInt8.self) { Float($0) }
    case .bool: each(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// Reads one element of an integer type or `bool`; `nil` for the floating-point types.
  func integer(_ source: UnsafeRawPointer) -> Int? {
    switch self {
    case .int64: Int(Int64(littleEndian: source.loadUnaligned(as: Int64.self)))
    case .int32: Int(Int32(littleEndian: source.loadUnaligned(as: Int32.self)))
    case .int16: Int(Int16(littleEndian: source.loadUnaligned(as: Int16.self)))
    case .int8: Int(source.loadUnaligned(as: Int8.self))
    case .uint8: Int(source.loadUnaligned(as: UInt8.self))
    case .bool: source.loadUnaligned(as: UInt8.self) == 0 ? 0 : 1
    case .float64, .float32, .float16, .bfloat16: nil
    }
  }
}

/// A shape as the messages show it: `[2, 3]`, shortened when it has more than eight dimensions.
package func shapeText(_ shape: [Int]) -> String {
  guard shape.count > 8 else { return "[" + shape.map { "\($0)" }.joined(separator: ", ") + "]" }
  return "[" + shape.prefix(8).map { "\($0)" }.joined(separator: ", ") + ", … \(shape.count) dimensions]"
}
