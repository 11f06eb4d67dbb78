/// Why an image could not be read, written or used: one line that names the file, the place in it and the reason.
public struct ImageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure it was, for programs that treat kinds differently.
  public enum Kind: Sendable {
    /// The file is missing or may not be read.
    case unreadable
    /// The file could not be written.
    case unwritable
    /// The bytes are not an image of a format that is known here.
    case notAnImage
    /// The bytes begin as an image but are damaged or end early.
    case corrupt
    /// The image has more pixels than ``Image/pixelLimit``, or a side over ``Image/sideLimit``.
    case tooLarge
    /// The image is sound, but not of a kind that was asked for.
    case unsupported
    /// A `preprocessor_config.json` is missing, damaged, or asks for what is not known here.
    case configuration
  }

  /// What kind of failure it was.
  public let kind: Kind
  /// The file's path as the caller gave it, or nil for bytes in memory.
  public let file: String?
  /// Where in the file, for example `byte 1234`, or nil where no place can be named.
  public let place: String?
  /// What was wrong, in words.
  public let reason: String

  /// An error of `kind` at a `place` in a `file`.
  public init(_ kind: Kind, file: String? = nil, place: String? = nil, reason: String) {
    self.kind = kind
    self.file = file
    self.place = place
    self.reason = reason
  }

  /// `file: at place: reason`, leaving out what is not known.
  public var description: String {
    [file, place.map { "at \($0)" }, reason].compactMap { $0 }.joined(separator: ": ")
  }

  /// The same error, said of a file.
  func naming(_ path: String) -> ImageError {
    ImageError(kind, file: path, place: place, reason: reason)
  }
}
