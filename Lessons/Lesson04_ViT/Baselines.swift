import Datasets
import Evaluation

/// Accuracies of a nearest centroid and of two logistic regressions, the second with less penalty on large weights.
func baselines(_ split: Digits.Split) -> [Double] {
  // The penalty is on squared weights. If the ink went from 0 to 16, as it is stored, weights 16 times smaller would
  // give the same scores and 256 times less penalty. The second regression has this penalty, with ink from 0 to 1.
  let models: [any BaselineClassifier] = [
    NearestCentroid(split.training), LogisticRegression(split.training),
    LogisticRegression(split.training, inverseRegularization: 256),
  ]
  return models.map { $0.accuracy(on: split.test) }
}
