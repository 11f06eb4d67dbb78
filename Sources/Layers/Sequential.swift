import Tensors

/// What can stand in a `Sequential`: one tensor in, one tensor out.
public protocol UnaryLayer {
  /// What the layer makes of a tensor.
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Linear: UnaryLayer {}
extension Conv2d: UnaryLayer {}
extension LayerNorm: UnaryLayer {}
extension Dropout: UnaryLayer {}

/// Layers one after the other (`nn.Sequential`); parameters are named by their layer's index.
public final class Sequential: Module, UnaryLayer {
  private let layers: [any UnaryLayer]

  /// The index of a layer is its whole name.
  public override var keyNames: [String: String] { ["layers": ""] }

  /// Layers from the first to the last.
  public init(_ layers: any UnaryLayer...) { self.layers = layers }

  /// Passes all layers.
  public func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }
}
