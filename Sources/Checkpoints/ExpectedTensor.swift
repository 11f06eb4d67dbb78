/// A tensor that a model needs: its name in published checkpoints, and its shape.
public struct ExpectedTensor: Equatable, Sendable {
  /// The name, such as `vision_model.post_layernorm.weight`.
  public let name: String
  /// The size of each dimension.
  public let shape: [Int]

  /// Describes a tensor.
  public init(_ name: String, _ shape: [Int]) {
    self.name = name
    self.shape = shape
  }
}
