import Foundation

/// Finds the package that the course is.
public enum PackageRoot {
  /// The nearest folder, from `start` upwards, with a `Package.swift` and the list of lessons.
  public static func find(from start: URL) throws -> URL {
    var folder = start.standardizedFileURL
    while true {
      let marks = ["Package.swift", Manifest.path].map { folder.appending(path: $0).path }
      if marks.allSatisfy(FileManager.default.fileExists(atPath:)) { return folder }
      let parent = folder.deletingLastPathComponent().standardizedFileURL
      if parent.path == folder.path { break }
      folder = parent
    }
    throw CourseError("\(start.path): neither here nor above is the course's package (\(Manifest.path) marks it)")
  }
}
