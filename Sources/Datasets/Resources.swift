import Images
import Support

/// The files that come with the package.
enum Resources {
  /// The path of a resource.
  static func path(_ name: String) throws(DataError) -> String {
    guard let folder = ResourceFolder.find("Datasets") else {
      throw DataError(file: name, reason: ResourceFolder.advice)
    }
    return "\(folder)/\(name)"
  }

  /// An image among the resources.
  static func image(_ name: String) throws(DataError) -> Image { try Image(contentsOf: path(name)) }

  /// A text among the resources.
  static func text(_ name: String) throws(DataError) -> String { try FileSystem.readText(path(name), limit: 1 << 20) }
}
