import Datasets
import Foundation
import Testing

@testable import Evaluation

/// scikit-learn's answers on the same splits; `make_baselines.py` beside the file writes them.
private struct Reference: Decodable {
  let test: [Int]
  let logistic, centroid: [Int]
  let coefficients: [Double]
  let intercept: Double

  static func all() throws -> [String: Reference] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/digits/baselines.json")
    return try JSONDecoder().decode([String: Reference].self, from: Data(contentsOf: path))
  }
}

@Test(arguments: ["stratified0", "stratified1", "writer"])
func theBaselinesGuessAsScikitLearns(name: String) throws {
  let digits = try Digits.load()
  let splits = [
    "stratified0": digits.stratifiedSplit(seed: 0), "stratified1": digits.stratifiedSplit(seed: 1),
    "writer": digits.writerSplit,
  ]
  let split = try #require(splits[name])
  let reference = try #require(try Reference.all()[name])
  #expect(split.testIndices == reference.test)

  let centroids = NearestCentroid(split.training)
  #expect(centroids.predict(split.test.inputs) == reference.centroid)

  let regression = LogisticRegression(split.training)
  #expect(regression.gradientNorm <= 1e-7 && regression.iterations < 300)
  #expect(regression.predict(split.test.inputs) == reference.logistic)
  for (feature, wanted) in reference.coefficients.enumerated() {
    #expect(abs(regression.weights[feature * 10 + 3] - wanted) < 1e-4, "weight \(feature) of the digit 3")
  }
  #expect(abs(regression.weights[64 * 10 + 3] - reference.intercept) < 5e-4)
}

@Test func theStratifiedBaselineIsStrong() throws {
  let split = try Digits.load().stratifiedSplit(seed: 0)
  #expect(LogisticRegression(split.training).accuracy(on: split.test) > 0.94)
  #expect(NearestCentroid(split.training).accuracy(on: split.test) > 0.85)
}

@Test func trainingIsTheSameToTheBit() throws {
  let digits = try Digits.load().subset(0..<300)
  #expect(LogisticRegression(digits).weights == LogisticRegression(digits).weights)
}
