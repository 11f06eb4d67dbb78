import Datasets
import Evaluation

/// Accuracies of a nearest centroid and of two logistic regressions, the second with less penalty on large weights.
func baselines(_ split: Digits.Split) -> [Double] {
  // Sixteen times the ink is the same as a 256th of the penalty.
  let models: [any BaselineClassifier] = [
    NearestCentroid(split.training), LogisticRegression(split.training),
    LogisticRegression(split.training, inverseRegularization: 256),
  ]
  return models.map { $0.accuracy(on: split.test) }
}
