import Foundation

/// Finds the files that come with a module of this package.
///
/// `Bundle.module` ends the program if it finds none, and looks for the package only at the place where it was built.
package enum ResourceFolder {
  /// The path of a module's `Resources`: beside the running program, where the build puts them; else in the package
  /// around the working folder; else in the one that the program was built from.
  ///
  /// - Parameters:
  ///   - module: the module's name, such as `Datasets`.
  ///   - source: a source file of the module, at the place where it was compiled.
  /// - Returns: `nil` if they are at none of these places.
  package static func find(_ module: String, source: String = #filePath) -> String? {
    find(
      module, programFolder: Bundle.main.bundlePath, workingFolder: FileManager.default.currentDirectoryPath,
      source: source)
  }

  static func find(_ module: String, programFolder: String, workingFolder: String, source: String) -> String? {
    let built = "\(programFolder)/multimodal-course_\(module)"
    var places = [".resources", ".bundle", ".bundle/Contents/Resources"].map { "\(built)\($0)/Resources" }
    var folder = workingFolder[...]
    while true {
      places.append("\(folder)/Sources/\(module)/Resources")
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = folder[..<slash]
    }
    places.append("\(source.prefix(upTo: source.lastIndex(of: "/") ?? source.startIndex))/Resources")
    return places.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// Why the files of a module cannot be used, and what to do.
  package static var advice: String {
    "is not among the package's files, neither beside the program in \(Bundle.main.bundlePath) nor around the working "
      + "folder; build the package again with swift build, or run this in the package's folder"
  }
}
