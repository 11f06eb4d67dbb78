import Tensors

/// An activation function as a layer, without parameters.
public final class Activation: Module, UnaryLayer {
  private let function: (Tensor) -> Tensor

  /// A layer that applies a function.
  ///
  /// - Parameter function: for example `{ $0.gelu() }`.
  public init(_ function: @escaping (Tensor) -> Tensor) { self.function = function }

  /// Applies the function.
  public func callAsFunction(_ x: Tensor) -> Tensor { function(x) }

  /// The error-function form of GELU as a layer.
  public static func gelu() -> Activation { Activation { $0.gelu() } }

  /// max(x, 0) as a layer.
  public static func relu() -> Activation { Activation { $0.relu() } }
}
