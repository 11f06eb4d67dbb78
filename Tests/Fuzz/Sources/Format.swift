import Foundation
import Hub
import Pretrained
import Support

/// The formats that inputs are read as: the environment names one of them, so that the processes that libFuzzer starts know
/// it, too.
///
///     FUZZ_FORMAT=png Fuzz DIRECTORY -max_total_time=60
///
/// `make fuzz` runs all of them.
enum Format {
  typealias Reader = @Sendable ([UInt8]) throws -> Void

  /// What reads inputs of each format.
  static let readers: [String: Reader] = [
    "bin": readWeights,
    "config": readSettings,
    "hub": readHubAnswers,
    "jpeg": readPicture,
    "model": readModel,
    "png": readPNG,
    "safetensors": readSafetensors,
    "sentencepiece": readSentencePiece,
    "shards": readShards,
    "tokenizer": readTokenizer,
    "webp": readPicture,
  ]

  /// The reader that the environment asks for.
  static let chosen: Reader? = ProcessInfo.processInfo.environment["FUZZ_FORMAT"].flatMap { readers[$0] }

  /// Errors beside `DataError` that a hub, a directory or a picture may give.
  private static let otherErrors: [any Error.Type] = [HubError.self, PreparationError.self, WrongModelType.self]

  /// Reads one input; everything but a result or an error of one line ends the program, which is a finding.
  static func take(_ bytes: [UInt8]) {
    guard let chosen else { fatalError("FUZZ_FORMAT is none of \(readers.keys.sorted().joined(separator: ", "))") }
    do {
      try chosen(bytes)
    } catch {
      let isExpected = error is DataError || otherErrors.contains { $0 == type(of: error) }
      require(isExpected, "an error of another type: \(error)")
      require(!"\(error)".contains { $0.isNewline }, "an error of several lines: \(error)")
    }
  }
}

/// What libFuzzer calls with one input after another; it asks for a function of this name even where it is given another.
@_cdecl("LLVMFuzzerTestOneInput")
func takeInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  Format.take(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
