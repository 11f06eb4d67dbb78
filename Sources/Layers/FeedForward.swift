import Tensors

/// The nonlinear function between two linear maps. The raw values are the names that `config.json` gives it.
public enum Activation: String, CaseIterable, Sendable, UnaryLayer {
  /// `x Φ(x)` with the error function (Hendrycks and Gimpel 2016).
  case gelu
  /// The approximation of GELU with tanh, as GPT-2 computes it.
  case geluNew = "gelu_new"
  /// The approximation of GELU with tanh, as PyTorch computes it.
  case geluTanh = "gelu_pytorch_tanh"
  /// `x σ(1.702 x)`, as CLIP computes GELU.
  case quickGELU = "quick_gelu"
  /// `max(x, 0)`.
  case relu
  /// `x σ(x)`.
  case silu
  /// The hyperbolic tangent.
  case tanh

  /// Applies the function to each element.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .gelu: x.gelu()
    case .geluNew, .geluTanh: x.geluTanh()
    case .quickGELU: x.quickGelu()
    case .relu: x.relu()
    case .silu: x * x.sigmoid()
    case .tanh: x.tanh()
    }
  }
}

/// The feed-forward part of a transformer's layer (Vaswani et al. 2017, section 3.3): two linear maps of each token
/// with an activation function between them.
public final class FeedForward: Module, UnaryLayer {
  private let fc1: any UnaryLayer
  private let activation: Activation
  private let dropout: Dropout
  private let fc2: any UnaryLayer
  private let names: [String: String]

  /// What `fc1` and `fc2` are called in a `state_dict`.
  public override var keyNames: [String: String] { names }

  /// - Parameters:
  ///   - fc1: from the width of a token to the width between the two maps.
  ///   - fc2: back to the width of a token.
  ///   - dropout: the share of the values between the two maps that is dropped while training, from 0 to 1.
  ///   - names: what `fc1` and `fc2` are called in a `state_dict`, if not so.
  public init(
    _ fc1: any UnaryLayer, _ activation: Activation, _ fc2: any UnaryLayer, dropout: Double = 0,
    names: [String: String] = [:]
  ) {
    self.fc1 = fc1
    self.activation = activation
    self.dropout = Dropout(dropout)
    self.fc2 = fc2
    self.names = names
  }

  /// `[B, T, D]` to `[B, T, D]`, for B sequences of T tokens of width D.
  public func callAsFunction(_ x: Tensor) -> Tensor { fc2(dropout(activation(fc1(x)))) }
}
