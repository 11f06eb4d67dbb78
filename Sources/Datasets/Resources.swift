import Foundation
import Images

/// The files that come with the package.
enum Resources {
  /// The path of a resource.
  static func path(_ name: String) throws(DatasetError) -> String {
    guard let folder = ResourceFolder.find("Datasets") else {
      throw DatasetError(file: name, reason: ResourceFolder.advice)
    }
    return "\(folder)/\(name)"
  }

  /// An image among the resources.
  static func image(_ name: String) throws(DatasetError) -> Image {
    let path = try path(name)
    do {
      return try Image(contentsOf: path)
    } catch {
      throw DatasetError(file: path, place: error.place, reason: error.reason)
    }
  }

  /// A text among the resources.
  static func text(_ name: String) throws(DatasetError) -> String {
    let path = try path(name)
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw DatasetError(file: path, reason: "cannot be read as UTF-8 text")
    }
  }
}
