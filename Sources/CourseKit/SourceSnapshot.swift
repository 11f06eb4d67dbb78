import Foundation

/// The files under some folders as they are at one moment, to find out which of them were saved since.
public struct SourceSnapshot: Equatable, Sendable {
  /// What changes when a file is saved, in place or by renaming a new one.
  private struct Stamp: Equatable {
    let seconds, nanoseconds: Int
    let size: Int64
    let number: UInt64
  }

  private var stamps: [String: Stamp] = [:]

  /// Looks at files and folders, with all folders below.
  ///
  /// Files that editors put beside the one that is edited do not count: hidden ones, backups (`main.swift~`), and those
  /// without an ending.
  ///
  /// - Parameters:
  ///   - root: the folder that the paths begin in.
  ///   - paths: files and folders; one that is missing counts as empty.
  public init(root: URL, paths: [String]) {
    for path in paths { look(at: path, root: root.path, followsLink: true) }
  }

  private mutating func look(at path: String, root: String, followsLink: Bool) {
    var status = stat()
    let full = "\(root)/\(path)"
    guard stat(full, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      #if canImport(Darwin)
        let time = status.st_mtimespec
      #else
        let time = status.st_mtim
      #endif
      stamps[path] = Stamp(
        seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec), size: Int64(status.st_size),
        number: UInt64(status.st_ino))
    case S_IFDIR:
      // A link to a folder below could lead around in a circle.
      if !followsLink, lstat(full, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR { return }
      for name in Self.names(in: full) where Self.counts(name) || Self.isFolder("\(full)/\(name)") {
        look(at: "\(path)/\(name)", root: root, followsLink: false)
      }
    default: break
    }
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  private static func counts(_ name: String) -> Bool {
    name.contains(".") && !name.hasSuffix("~") && !name.hasPrefix("#")
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a file was there.
  public func contains(_ path: String) -> Bool { stamps[path] != nil }

  /// The files that were saved, made or removed since another moment, in alphabetical order.
  public func changes(since earlier: SourceSnapshot) -> [String] {
    Set(stamps.keys).union(earlier.stamps.keys).filter { stamps[$0] != earlier.stamps[$0] }.sorted()
  }
}
