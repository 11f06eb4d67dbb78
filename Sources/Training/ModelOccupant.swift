import Foundation
import Support

/// What stands where a model is to be written.
enum ModelOccupant: Equatable {
  case nothing
  /// A directory without files.
  case empty(permissions: mode_t)
  /// A directory with a model that a training wrote, and nothing else.
  case model(permissions: mode_t)
  /// Anything else, and why it is not replaced.
  case other(String)

  /// All files that a training may write into a model's directory.
  static let fileNames: Set<String> = [
    "config.json", "generation_config.json", "linear_bridge.safetensors", "merges.txt", "model.safetensors",
    "preprocessor_config.json", "processor_config.json", "special_tokens_map.json", "tokenizer.json",
    "tokenizer_config.json", TrainingReport.file, "vocab.json", "vocab.txt",
  ]

  /// Looks at a path, and follows no link there.
  ///
  /// Downloaded models have files of the same names, so that a directory counts as a training's own only with the report
  /// that every training writes beside its model.
  init(at path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      self = errno == ENOENT ? .nothing : .other(FileSystem.lastError)
      return
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFDIR else {
      self = .other(
        kind == S_IFLNK ? "is a link, which is not followed; give the directory that it leads to" : "is no directory")
      return
    }
    guard let names = FileSystem.names(in: path) else {
      self = .other("cannot be read: \(FileSystem.lastError)")
      return
    }
    for name in names {
      if !Self.fileNames.contains(name) {
        self = .other("holds '\(name)', which no training writes; nothing is replaced")
        return
      }
      var status = stat()
      guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        self = .other("holds '\(name)', which is no regular file; nothing is replaced")
        return
      }
    }
    if !names.isEmpty, (try? TrainingReport(directory: path))?["parameters"] == nil {
      self = .other("holds no \(TrainingReport.file) of a training, so the model may be somebody else's")
      return
    }
    if Self.isSame(path, ".") {
      self = .other("is the working directory, which cannot be replaced; give a directory in it")
      return
    }
    let permissions = status.st_mode & 0o7777
    self = names.isEmpty ? .empty(permissions: permissions) : .model(permissions: permissions)
  }

  /// Removes a model's files and their directory, whole or half written. Whatever else is in it stays, and so does then
  /// the directory; a link in its place stays, too.
  static func removeModel(at path: String) {
    guard FileSystem.item(at: path, followingLinks: false) == .directory else { return }
    for name in FileSystem.names(in: path) ?? [] where isOwn(name) { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Whether a training writes a file of this name, or of one that such a file has until it is complete.
  private static func isOwn(_ name: String) -> Bool {
    fileNames.contains(name)
      || (name.hasSuffix(".partial") && fileNames.contains { name.hasPrefix("\($0).") })
  }

  /// Whether two paths lead to the same file or directory.
  private static func isSame(_ first: String, _ second: String) -> Bool {
    var (a, b) = (stat(), stat())
    return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
  }
}
