import Foundation
import Tensors

/// One call of an operation or layer as PyTorch made it, from `Tests/Fixtures/operations`.
public struct OperationCase: Decodable, Sendable {
  /// Numbers of either kind with their shape.
  public struct Numbers: Decodable, Sendable {
    /// The size of each dimension.
    public let shape: [Int]
    /// Little-endian 32-bit floats in base64.
    public let data: Data?
    /// Whole numbers.
    public let ints: [Int]?
    /// Steps from the leaf to the tensor that the operation gets, such as `["transpose", 0, 1]`.
    public let view: [[Argument]]?

    /// The floats, in row-major order.
    public var floats: [Float] {
      guard let data else { return [] }
      return data.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { index in
          Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
        }
      }
    }

    /// The floats as a tensor.
    public var tensor: Tensor { Tensor(floats, shape: shape) }

    /// What the operation gets of a leaf.
    public func viewed(_ leaf: Tensor) -> Tensor { (view ?? []).reduce(leaf) { $0.viewed($1) } }
  }

  /// An argument beside the tensors.
  public enum Argument: Decodable, Sendable {
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([Argument])

    /// Reads whichever kind of value is there.
    public init(from decoder: Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else if let text = try? value.decode(String.self) {
        self = .text(text)
      } else {
        self = .list(try value.decode([Argument].self))
      }
    }

    /// The number that it is.
    public var number: Double? { if case .number(let number) = self { number } else { nil } }
    /// The text that it is.
    public var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The list that it is.
    public var list: [Argument]? { if case .list(let list) = self { list } else { nil } }
    /// The whole number that it is, or 0.
    public var int: Int { Int(number ?? 0) }
    /// The whole numbers of the list that it is.
    public var ints: [Int] { (list ?? []).map { $0.int } }
  }

  /// The operation, by the name of the catalog.
  public let op: String
  /// What it was given.
  public let inputs: [Numbers]
  /// Indices that it was given.
  public let ids: [Numbers]?
  /// What else it was given.
  public let arguments: [String: Argument]?
  /// What came out.
  public let outputs: [Numbers]
  /// The gradients of the leaves for the fixed weighting of the outputs; `nil` where none flows.
  public let gradients: [Numbers?]
  /// The allowed distance relative to the largest expected number; 0 asks for equal bits but for the sign of zero.
  public let tolerance: Double?

  /// An argument as a whole number.
  public func int(_ name: String, default fallback: Int = 0) -> Int {
    double(name).map { Int($0) } ?? fallback
  }
  /// An argument as a float.
  public func float(_ name: String) -> Float? { double(name).map { Float($0) } }
  /// An argument as a double.
  public func double(_ name: String) -> Double? { arguments?[name]?.number }
  /// An argument as a truth value; false where there is none.
  public func bool(_ name: String) -> Bool { if case .bool(let bool)? = arguments?[name] { bool } else { false } }
  /// An argument as whole numbers.
  public func ints(_ name: String) -> [Int]? { arguments?[name]?.list.map { $0.map { $0.int } } }
  /// An argument as text.
  public func text(_ name: String) -> String { arguments?[name]?.text ?? "" }
  /// A list of indices.
  public func indices(_ place: Int = 0) -> IntTensor {
    guard let ids, let ints = ids[place].ints else { return IntTensor([Int]()) }
    return IntTensor(ints, shape: ids[place].shape)
  }

  /// The leaves, each asking for its gradient, and what the operation gets of them.
  public func makeInputs() -> (leaves: [Tensor], tensors: [Tensor]) {
    let leaves = inputs.map { $0.tensor.requiringGrad() }
    return (leaves, zip(leaves, inputs).map { $1.viewed($0) })
  }
}

extension Tensor {
  /// One step of a view as the fixtures write it.
  fileprivate func viewed(_ step: [OperationCase.Argument]) -> Tensor {
    let arguments = step.dropFirst().map { $0.int }
    switch step[0].text {
    case "transpose": return transpose(arguments[0], arguments[1])
    case "permute": return permute(arguments)
    case "slice": return slice(arguments[1]..<arguments[2], dim: arguments[0])
    case "select": return select(arguments[1], dim: arguments[0])
    case "expand": return expand(arguments)
    default: fatalError("unknown view \(step)")
    }
  }

  /// Fixed factors for the elements of an output; `weighting` of `fixture.py` makes the same ones.
  public static func weighting(_ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor((0..<count).map { (Float(($0 * 37 + 11) % 64) - 31.5) / 16 }, shape: shape)
  }

  /// Where this tensor is further from what is expected than a tolerance allows: one line with the place, ours,
  /// theirs and the largest difference; `nil` where it is not.
  ///
  /// - Parameter tolerance: relative to the largest finite expected number; 0 asks for equality.
  public func difference(
    from expected: [Float], shape expectedShape: [Int], tolerance: Double, _ name: String
  ) -> String? {
    if shape != expectedShape { return "\(name): shape \(shape), expected \(expectedShape)" }
    let ours = scalars
    // Where PyTorch's double precision leaves its own rounding of a zero, that is no scale.
    let scale = expected.reduce(tolerance == 0 ? 0 : 1e-5) { $1.isFinite ? Swift.max($0, Double($1.magnitude)) : $0 }
    var worst: (index: Int, distance: Double)?
    for (index, (a, b)) in zip(ours, expected).enumerated() {
      if a == b || (a.isNaN && b.isNaN) { continue }
      let distance = (Double(a) - Double(b)).magnitude
      if distance <= tolerance * scale { continue }
      // A NaN on one side only is further away than any number.
      let rank = distance.isNaN ? Double.infinity : distance
      if worst.map({ rank > $0.distance }) ?? true { worst = (index, rank) }
    }
    return worst.map { worst in
      "\(name)[\(worst.index)]: ours \(ours[worst.index]), theirs \(expected[worst.index]), "
        + "largest difference \(worst.distance), allowed \(tolerance * scale)"
    }
  }
}

/// Decodes a JSON file of `Tests/Fixtures/operations`.
public func operationFixture<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
  try JSONDecoder().decode(type, from: Data(contentsOf: Fixture.url("operations/\(name)")))
}
