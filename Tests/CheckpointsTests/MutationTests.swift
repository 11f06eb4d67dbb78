import Foundation
import Support
import TestSupport
import Testing

@testable import Checkpoints

/// Ten thousand random changes to a valid file of each format: every one is read correctly or refused with a
/// `DataError`. A trap would end the test run, endless work would stall it.
@Suite struct MutationTests {
  private static let rounds = 10_000

  /// Values at which arithmetic tends to break.
  private static let extremes: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 62, UInt64(Int64.max), 1 << 63,
    .max, .max - 7,
  ]

  /// Changes `file` in one to four places.
  private func mutate(_ file: inout [UInt8], with generator: inout SplitMix64) {
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      guard !file.isEmpty else { return }
      let position = Int.random(in: 0..<file.count, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0, 1: file[position] = UInt8.random(in: 0...255, using: &generator)
      case 2: file[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 3:
        let width = [1, 2, 4, 8].randomElement(using: &generator) ?? 8
        let value = Self.extremes.randomElement(using: &generator) ?? 0
        for (offset, byte) in bytes(value).prefix(width).enumerated() where position + offset < file.count {
          file[position + offset] = byte
        }
      case 4: file.insert(UInt8.random(in: 0...255, using: &generator), at: position)
      case 5: file.remove(at: position)
      case 6:  // copy a piece to another place
        let length = min(Int.random(in: 1...32, using: &generator), file.count - position)
        let target = Int.random(in: 0...file.count, using: &generator)
        file.insert(contentsOf: Array(file[position..<(position + length)]), at: target)
      default: file.removeLast(Int.random(in: 0...min(16, file.count), using: &generator))
      }
    }
  }

  /// Opens mutations of a file and reads whatever opens.
  private func survive(_ name: String, _ original: [UInt8], seed: UInt64) throws {
    _ = try open(original)
    var generator = SplitMix64(state: seed)
    var refused = 0
    for round in 0..<Self.rounds {
      var file = original
      mutate(&file, with: &generator)
      do {
        let checkpoint = try open(file)
        for key in checkpoint.names {
          let entry = try checkpoint.entry(key)
          // All of a repeated element's copies are alike: reading a few tensors of it proves enough.
          guard entry.count < 1 << 16 else { continue }
          let values = entry.float32()
          #expect(values.count == entry.count)
          if !entry.elementType.isFloatingPoint { _ = try entry.integers() }
        }
      } catch let error as DataError {
        refused += 1
        #expect(!error.description.contains { $0.isNewline }, "round \(round)")
      } catch {
        Issue.record("\(name), round \(round): another error: \(error)")
      }
    }
    #expect(refused > Self.rounds / 10, "the changes of \(name) did nothing")
    #expect(refused < Self.rounds, "every change of \(name) was refused, so none went deep")
  }

  @Test func mutatedSafetensorsFilesNeverTrap() throws {
    try survive("safetensors", fixtureBytes("checkpoints/types.safetensors"), seed: 1)
  }

  @Test func mutatedPyTorchFilesNeverTrap() throws {
    try survive("views.bin", fixtureBytes("checkpoints/views.bin"), seed: 2)
  }

  @Test func mutatedStateDictionariesNeverTrap() throws {
    try survive("state_dict.bin", fixtureBytes("checkpoints/state_dict.bin"), seed: 3)
  }

  @Test func mutatedZip64FilesNeverTrap() throws {
    var builder = PickleBuilder.validArchive()
    builder.isZip64 = true
    try survive("zip64", builder.build(), seed: 4)
  }

  @Test func mutatedFilesOfTheOldFormatNeverTrap() throws {
    try survive("legacy.bin", fixtureBytes("checkpoints/legacy.bin"), seed: 5)
  }

  /// Every changed index is opened, with the shards that it names.
  @Test func mutatedIndicesNeverTrap() throws {
    let name = "model.safetensors.index.json"
    let original = try fixtureBytes("checkpoints/sharded/\(name)")
    var generator = SplitMix64(state: 7)
    var opened = 0
    try withTemporaryDirectory { directory in
      for shard in ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] {
        try Data(fixtureBytes("checkpoints/sharded/\(shard)")).write(to: URL(filePath: "\(directory)/\(shard)"))
      }
      let path = "\(directory)/\(name)"
      for round in 0..<Self.rounds {
        var text = original
        mutate(&text, with: &generator)
        try Data(text).write(to: URL(filePath: path))
        do {
          let checkpoint = try Checkpoint(path: path)
          for name in checkpoint.names { #expect(try checkpoint.float32(name).count == checkpoint.entry(name).count) }
          opened += 1
        } catch let error as DataError {
          #expect(!error.description.contains { $0.isNewline }, "round \(round)")
        }
      }
    }
    #expect(opened > 0 && opened < Self.rounds)
  }
}
