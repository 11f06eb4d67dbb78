import Checkpoints
import Pretrained
import Tensors
import TestSupport
import Testing

/// The folder of a fixture.
func fixturePath(_ name: String) -> String { Fixture.url(name).path }

/// The recorded input images of a fixture.
func fixtureImages(_ name: String) throws -> Tensor {
  try Checkpoint(path: fixturePath(name + "/inputs.safetensors")).tensor("pixel_values")
}

/// Recorded whole numbers with their shape.
func recordedIDs(_ recorded: Fixture) -> IntTensor {
  IntTensor(recorded["data"].integers, shape: recorded["shape"].integers)
}

/// Recorded rows of whole numbers.
func recordedRows(_ recorded: Fixture) -> [[Int]] { (0..<recorded.count).map { recorded[$0].integers } }

/// Texts as transformers returns them: filled up behind the end to the longest.
func padded(_ texts: [GeneratedText], with padding: Int) -> [[Int]] {
  let longest = texts.map(\.ids.count).max() ?? 0
  return texts.map { $0.ids + Array(repeating: padding, count: longest - $0.ids.count) }
}

/// Expects a tensor's shape, and its numbers, sum and norm where they are recorded.
func expectRecorded(_ name: String, _ ours: Tensor, _ recorded: Fixture, tolerance: Double = 1e-5) {
  #expect(ours.shape == recorded["shape"].integers, "\(name)")
  let numbers = ours.scalars
  if recorded.keys.contains("data") {
    expectClose(name, numbers, recorded["data"].floats, tolerance: tolerance)
  } else {
    let first = recorded["first"].floats
    expectClose(name, Array(numbers.prefix(first.count)), first, tolerance: tolerance)
  }
  let norm = numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  expectClose(name + " norm", [Float(norm)], recorded["l2"].floats, tolerance: 1e-5, relative: 1e-6)
  let sum = numbers.reduce(0.0) { $0 + Double($1) }
  expectClose(name + " sum", [Float(sum)], recorded["sum"].floats, tolerance: tolerance * 10, relative: 1e-6)
}
