import Foundation
import Support
import Testing

@testable import Training

/// The models that come with the course are the ones that their commands make.
struct ShippedCheckpointTests {
  /// Those whose directories are there; each must be complete and stated.
  private static var present: [ShippedCheckpoint] {
    ShippedCheckpoint.allCases.filter { (try? $0.directory) != nil }
  }

  @Test(arguments: present)
  func theWeightsHaveTheStatedChecksum(model: ShippedCheckpoint) throws {
    let file = try model.directory + "/model.safetensors"
    #expect(try SHA256.hexadecimal(ofFile: file) == model.statedChecksum)
  }

  @Test(arguments: present)
  func aModelIsSmall(model: ShippedCheckpoint) throws {
    let files = try FileManager.default.subpathsOfDirectory(atPath: model.directory)
    func size(_ file: String) throws -> Int {
      try FileManager.default.attributesOfItem(atPath: model.directory + "/" + file)[.size] as? Int ?? .max
    }
    switch model {
    case .painter, .reader: #expect(try size("model.safetensors") <= 4_000_000)
    default: #expect(try files.map(size).reduce(0, +) <= 2_000_000)
    }
  }
}
