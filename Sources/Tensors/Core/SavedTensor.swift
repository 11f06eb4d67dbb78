/// A tensor that the way back of an operation needs, as it was when it was saved.
///
/// Nothing is copied. The memory counts how often it is overwritten, so that a gradient of numbers that have changed in
/// the meantime is noticed and not computed. An operation saves only what its gradient really depends on.
struct SavedTensor {
  private let tensor: Tensor
  private let version: Int

  init(_ tensor: Tensor) {
    self.tensor = tensor.detached()
    version = tensor.storage.version
  }

  /// The tensor; ends the program if it was overwritten since.
  ///
  /// - Parameter operation: whose gradient needs it.
  func unchanged(for operation: String) -> Tensor {
    if tensor.storage.version != version { refuse(operation) }
    return tensor
  }

  @inline(never)
  private func refuse(_ operation: String) -> Never {
    fail(
      operation,
      "its gradient needs a tensor of shape \(tensor.shape) that has been modified by an in-place operation "
        + "(assign, or the step of an optimizer) after it was used; call backward() before")
  }
}

extension Tensor {
  /// Itself, to be used on the way back.
  var saved: SavedTensor { SavedTensor(self) }

  /// Itself, to be used on the way back, if the gradient of another operand needs it.
  func saved(if isNeeded: Bool) -> SavedTensor? { isNeeded ? SavedTensor(self) : nil }
}
