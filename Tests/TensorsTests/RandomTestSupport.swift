import Foundation
import Tensors
import Testing

extension Generator {
  /// The numbers that a fill makes, as an array.
  func floats(_ count: Int, _ fill: (Generator, UnsafeMutableBufferPointer<Float>) -> Void) -> [Float] {
    // Filled with what no fill may leave behind.
    var floats = [Float](repeating: .nan, count: count)
    floats.withUnsafeMutableBufferPointer { fill(self, $0) }
    return floats
  }

  func uniform(_ count: Int, in range: Range<Double> = 0..<1) -> [Float] {
    floats(count) { $0.fillUniform($1, in: range) }
  }

  func normal(_ count: Int, mean: Double = 0, std: Double = 1) -> [Float] {
    floats(count) { $0.fillNormal($1, mean: mean, std: std) }
  }
}

/// Eight digits, as the fixtures write words.
func hexadecimal(_ word: UInt32) -> String {
  let digits = String(word, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

func bits(_ floats: some Sequence<Float>) -> [String] {
  floats.map { hexadecimal($0.bitPattern) }
}

/// Decodes a JSON file of Tests/Fixtures.
func randomFixture<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
  let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures")
  return try JSONDecoder().decode(type, from: Data(contentsOf: fixtures.appending(path: path)))
}
