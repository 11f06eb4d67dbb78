/// Options or prompts from which no text can be generated.
public struct GenerationError: Error, Equatable, CustomStringConvertible {
  /// One line that says why.
  public let description: String

  /// Creates an error.
  ///
  /// - Parameter file: the file that the options come from, which stands in front.
  public init(_ description: String, file: String? = nil) {
    self.description = file.map { "\($0): \(description)" } ?? description
  }
}
