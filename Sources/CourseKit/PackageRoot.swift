import Foundation

/// Finds the package that the course is.
public enum PackageRoot {
  /// The nearest folder, from `start` upwards, with a `Package.swift` and the list of lessons.
  public static func find(from start: URL) throws -> URL {
    if let root = root(above: start) { return root }
    throw CourseError(
      "\(start.path): neither here nor above is the course's package (\(Manifest.path) marks it); "
        + "run this in the package's folder")
  }

  /// The package that the running program belongs to: the one that it lies in, as in `.build/debug`; else the one around
  /// the working folder; else the one that it was built from, if that is still there.
  ///
  /// - Parameter source: a source file of the program, at the place where it was compiled.
  /// - Throws: ``CourseError`` that says what to do.
  public static func ofProgram(source: String = #filePath) throws -> URL {
    try find(
      program: Products.runningProgram, workingFolder: FileManager.default.currentDirectoryPath, source: source)
  }

  static func find(program: String, workingFolder: String, source: String) throws -> URL {
    for place in [program, workingFolder, source] {
      if let root = root(above: URL(filePath: place).resolvingSymlinksInPath()) { return root }
    }
    throw CourseError(
      "the course's package (\(Manifest.path) marks it) is not around \(program), and not around \(workingFolder); "
        + "run this in the package's folder")
  }

  private static func root(above start: URL) -> URL? {
    var folder = start.standardizedFileURL
    while true {
      let marks = ["Package.swift", Manifest.path].map { folder.appending(path: $0).path }
      if marks.allSatisfy(FileManager.default.fileExists(atPath:)) { return folder }
      let parent = folder.deletingLastPathComponent().standardizedFileURL
      if parent.path == folder.path { return nil }
      folder = parent
    }
  }
}
