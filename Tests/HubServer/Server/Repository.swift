import Foundation

/// A repository of the hub: commits with their files, and branches that name commits.
public struct Repository: Sendable {
  /// Who may read it.
  public enum Access: Sendable {
    /// Everybody.
    case open
    /// All see that it is there; its files are for those whose tokens are listed.
    case gated(tokens: Set<String>)
    /// Only those whose tokens are listed see that it is there.
    case hidden(tokens: Set<String>)
    /// Nobody any more.
    case disabled
  }

  /// A file of a commit.
  public struct File: Sendable {
    /// Its bytes.
    public let content: Content
    /// Whether it is kept in the storage for large files, and the repository holds a pointer to it.
    public let isLarge: Bool

    /// The name under which a cache keeps it.
    public var etag: String { isLarge ? content.sha256 : content.gitName }

    /// What git holds of a large file.
    var pointer: Content {
      Content("version https://git-lfs.github.com/spec/v1\noid sha256:\(content.sha256)\nsize \(content.count)\n")
    }
    /// A checksum of the storage for large files. It has the form of a SHA-256 and is none: a trap for clients.
    var storageName: String { Content("chunks of " + content.sha256).sha256 }
  }

  /// `organization/name`, or a name alone as the oldest repositories have it.
  public let name: String
  /// Who may read it.
  public var access = Access.open
  /// The files of each commit.
  public private(set) var commits: [String: [String: File]] = [:]
  /// Which commit a branch or a tag names.
  public private(set) var branches: [String: String] = [:]

  /// A repository with one commit on `main`.
  public init(_ name: String, _ files: [String: Content], access: Access = .open) {
    self.name = name
    self.access = access
    commit(files)
  }

  /// The files of a folder.
  public init(_ name: String, folder: URL) throws {
    let root = folder.resolvingSymlinksInPath().path + "/"
    var files: [String: Content] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: root + path, isDirectory: &isFolder), !isFolder.boolValue else {
        continue
      }
      files[path] = try Content(ofFile: root + path)
    }
    self.init(name, files)
  }

  /// Makes a commit and lets a branch name it.
  @discardableResult
  public mutating func commit(_ files: [String: Content], on branch: String = "main") -> String {
    let files = files.map { path, content in (path, File(content: content, isLarge: Self.isLarge(path))) }
    let list = files.map { "\($0) \($1.etag)" }.sorted().joined(separator: "\n")
    let id = Content("\(name) \(commits.count)\n\(list)").gitName
    commits[id] = Dictionary(uniqueKeysWithValues: files)
    branches[branch] = id
    return id
  }

  /// The commit that a branch, a tag or the commit itself names.
  public func commitID(of revision: String) -> String? {
    branches[revision] ?? (commits[revision] == nil ? nil : revision)
  }

  /// The files of a revision.
  public func files(of revision: String = "main") -> [String: File]? {
    commitID(of: revision).flatMap { commits[$0] }
  }

  /// The endings that the hub's `.gitattributes` sends to the storage for large files.
  private static func isLarge(_ path: String) -> Bool {
    [".safetensors", ".bin", ".pt", ".h5", ".msgpack", ".onnx", ".model", ".zip"].contains(where: path.hasSuffix)
  }
}
