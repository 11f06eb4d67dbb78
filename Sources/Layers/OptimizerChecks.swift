import Tensors

/// What PyTorch's optimizers check before they begin.
struct OptimizerChecks {
  /// The optimizer's name in messages.
  let name: String

  /// Ends the program if a number is negative or NaN.
  func requireNotNegative(_ value: Double, _ what: String) {
    if !(value >= 0) { reportMisuse(name, "\(what) must be at least 0, not \(value)") }
  }

  /// Ends the program if a number is not within `0..<1`.
  func requireShare(_ value: Double, _ what: String) {
    if !(value >= 0 && value < 1) {
      reportMisuse(name, "\(what) must be at least 0 and less than 1, not \(value)")
    }
  }

  /// Ends the program if there are no parameters, one of them twice, or one that is the result of a computation. A tensor
  /// that asks for no gradient is one that no step changes.
  func require(_ parameters: [Tensor]) {
    if parameters.isEmpty { reportMisuse(name, "there are no parameters to train") }
    var places: [ObjectIdentifier: Int] = [:]
    for (place, parameter) in parameters.enumerated() {
      if parameter.isComputed {
        reportMisuse(
          name,
          "parameter \(place), of shape \(parameter.shape), is the result of a computation; only leaves are trained, "
            + "as requiringGrad() makes them")
      }
      guard let identity = parameter.leafIdentity else { continue }
      if let first = places.updateValue(place, forKey: identity) {
        reportMisuse(
          name,
          "parameters \(first) and \(place), of shape \(parameter.shape), are one and the same")
      }
    }
  }
}

/// Ends the program if a share of what is dropped is no probability.
func requireProbability(_ probability: Double, _ operation: String) {
  if !(probability >= 0 && probability <= 1) {
    reportMisuse(operation, "a dropout probability is from 0 to 1, not \(probability)")
  }
}
