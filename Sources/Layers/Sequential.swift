import Tensors

/// Layers that can stand in a `Sequential`: one tensor in, one tensor out.
public protocol UnaryLayer: Module {
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Linear: UnaryLayer {}
extension Conv2d: UnaryLayer {}
extension LayerNorm: UnaryLayer {}
extension Dropout: UnaryLayer {}

/// Layers one after the other (`nn.Sequential`); parameters are named by their layer's place.
public final class Sequential: Module, UnaryLayer {
  private let layers: [Module & UnaryLayer]

  public override var keyNames: [String: String] { ["layers": ""] }

  public init(_ layers: (Module & UnaryLayer)...) { self.layers = layers }

  public func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }
}

/// An activation function as a layer, without parameters.
public final class Activation: Module, UnaryLayer {
  private let function: (Tensor) -> Tensor

  /// - Parameter function: for example `{ $0.gelu() }`.
  public init(_ function: @escaping (Tensor) -> Tensor) { self.function = function }

  public func callAsFunction(_ x: Tensor) -> Tensor { function(x) }
}
