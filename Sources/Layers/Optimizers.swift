import Tensors

/// Changes parameters against their gradients.
public protocol Optimizer: AnyObject {
  /// How far a step goes; schedules change it.
  var learningRate: Double { get set }
  /// Changes every parameter that has a gradient.
  func step()
  /// Forgets the gradients.
  func zeroGrad()
}
