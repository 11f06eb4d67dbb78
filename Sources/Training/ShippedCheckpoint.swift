import Datasets
import Foundation
import Support

/// The small models that come with the course, each trained by `course train` and kept as a directory in the form of
/// Hugging Face. `Resources/README.md` tells the command and the checksum of each.
public enum ShippedCheckpoint: String, CaseIterable, Sendable {
  /// A CLIP for drawn scenes and handwritten digits (Lesson 06).
  case clip = "clip-scenes"
  /// A captioner of drawn scenes (Lesson 07).
  case captioner = "captioner-scenes"
  /// A ViLT that answers questions about drawn scenes (Lesson 08).
  case vqa = "vqa-scenes"
  /// A BLIP-2 for drawn scenes (Lesson 09).
  case blip2 = "blip2-scenes"
  /// A painter of drawn scenes (Lesson 13).
  case painter = "painter-scenes"
  /// A reader of drawn documents (Lesson 14).
  case reader = "reader-documents"

  /// The name of the model's directory.
  public var name: String { rawValue }

  /// The path of the model's directory.
  ///
  /// - Throws: `DataError` if the package does not hold it.
  public var directory: String {
    get throws(DataError) {
      guard let folder = ResourceFolder.find("Training") else {
        throw DataError(file: name, reason: ResourceFolder.advice)
      }
      return "\(folder)/\(name)"
    }
  }

  /// What its training measured; nil if the directory has no report.
  public var report: TrainingReport? { try? TrainingReport(directory: directory) }

  /// The checksum (SHA-256, 64 hexadecimal digits) of `model.safetensors` as `Resources/README.md` states it.
  ///
  /// - Throws: `DataError` if it states none.
  public var statedChecksum: String {
    get throws(DataError) {
      let readme = "README.md"
      guard let folder = ResourceFolder.find("Training"),
        let text = try? String(contentsOfFile: "\(folder)/\(readme)", encoding: .utf8)
      else { throw DataError(file: readme, reason: ResourceFolder.advice) }
      let path = "\(folder)/\(readme)"
      for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("| `\(name)` |") {
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces.union(["`"])) }
        if let checksum = cells.first(where: { $0.count == 64 && $0.allSatisfy(\.isHexDigit) }) { return checksum }
      }
      throw DataError(file: path, reason: "states no checksum of \(name)")
    }
  }
}
