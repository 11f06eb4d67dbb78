import Support

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A repository's part of the cache, in the layout of huggingface_hub:
///
/// ```
/// models--openai--clip-vit-base-patch32/
///   blobs/<etag>                        each content once
///   blobs/<etag>.incomplete             what is there of one that was cut
///   refs/main                           the commit that a branch or tag stood for
///   snapshots/<commit>/config.json      a link: ../../blobs/<etag>
///   .no_exist/<commit>/merges.txt       empty: the commit has no such file
/// .locks/models--openai--clip-vit-base-patch32/<etag>.lock
/// ```
struct RepositoryCache {
  let repository: RepositoryName
  private let cache: String
  private let root: String

  init(_ repository: RepositoryName, in cache: String) {
    self.repository = repository
    self.cache = cache
    root = FileSystem.join(cache, repository.folder)
  }

  /// Whether a file of this name stays within a snapshot, and shows as it is.
  static func canHold(_ name: String) -> Bool {
    FileSystem.staysInside(name) && printable(name, keepingLines: false) == name && !name.contains("\\")
  }

  /// Whether an ETag can be the name of a file.
  static func canName(_ etag: String) -> Bool {
    (1...200).contains(etag.utf8.count) && !etag.hasPrefix(".")
      && etag.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
  }

  // MARK: What is there

  /// The commit that the revision stood for when the hub was last asked; a commit stands for itself.
  var knownCommit: String? {
    if repository.isCommit { return repository.revision }
    let file = FileSystem.join(root, "refs/\(repository.revision)")
    guard let text = try? FileSystem.readText(file, limit: 1000) else { return nil }
    let commit = String(text.prefix { !$0.isWhitespace })
    return RepositoryName.isCommit(commit) ? commit : nil
  }

  /// The directory of a commit's files.
  func snapshot(_ commit: String) -> String { FileSystem.join(root, "snapshots/\(commit)") }

  /// Where a file of a commit is, or would be.
  func path(of name: String, _ commit: String) -> String { FileSystem.join(snapshot(commit), name) }

  /// Whether a file is there as a whole.
  func has(_ name: String, _ commit: String) -> Bool {
    if case .file? = FileSystem.item(at: path(of: name, commit)) { true } else { false }
  }

  /// Whether it is known that the commit has no such file.
  func knowsMissing(_ name: String, _ commit: String) -> Bool {
    FileSystem.exists(FileSystem.join(root, ".no_exist/\(commit)/\(name)"))
  }

  /// Where a content is, or would be.
  func blob(_ etag: String) -> String { FileSystem.join(root, "blobs/\(etag)") }

  /// Where a content is while it is incomplete: the name that huggingface_hub went on with until its version 1, and leaves
  /// alone since.
  func incompleteBlob(_ etag: String) -> String { blob(etag) + ".incomplete" }

  /// Where the lock of a content is.
  func lock(_ etag: String) -> String { FileSystem.join(cache, ".locks/\(repository.folder)/\(etag).lock") }

  // MARK: Writing

  /// Makes the folders that a content and its lock stand in, and marks the cache as one for programs that make backups.
  func prepare() throws(DataError) {
    try FileSystem.makeDirectory(FileSystem.join(root, "blobs"))
    try FileSystem.makeDirectory(FileSystem.join(cache, ".locks/\(repository.folder)"))
    let tag = FileSystem.join(cache, "CACHEDIR.TAG")
    guard !FileSystem.exists(tag) else { return }
    try? FileSystem.write(
      """
      Signature: 8a477f597d28d172789f06886806bc55
      # This directory is a cache of models from the hub. See https://bford.info/cachedir/

      """, to: tag)
  }

  /// Remembers which commit the revision stands for.
  func remember(_ commit: String) throws(DataError) {
    guard !repository.isCommit, knownCommit != commit else { return }
    let file = FileSystem.join(root, "refs/\(repository.revision)")
    try FileSystem.makeDirectory(FileSystem.directory(of: file))
    try FileSystem.write(commit, to: file)
  }

  /// Remembers that a commit has no such file.
  func rememberMissing(_ name: String, _ commit: String) throws(DataError) {
    guard !knowsMissing(name, commit) else { return }
    let file = FileSystem.join(root, ".no_exist/\(commit)/\(name)")
    try FileSystem.makeDirectory(FileSystem.directory(of: file))
    try FileSystem.write("", to: file)
  }

  /// Removes what an earlier fetch left of a content that another program has brought since.
  func removeLeftover(of name: String, _ commit: String, sleep: (Double) -> Void) {
    var target = [CChar](repeating: 0, count: 1024)
    let count = readlink(path(of: name, commit), &target, target.count)
    let link = String(decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let etag = link.split(separator: "/").last.map(String.init), Self.canName(etag),
      FileSystem.item(at: blob(etag)) != nil, FileSystem.item(at: incompleteBlob(etag)) != nil,
      let lock = try? FileLock(lock(etag), isBusy: {}, sleep: sleep)
    else { return }
    withExtendedLifetime(lock) { _ = unlink(incompleteBlob(etag)) }
  }

  /// Gives a content its name in a commit: a link that stays right if the cache is moved.
  func link(_ name: String, _ commit: String, to etag: String) throws(DataError) {
    let file = path(of: name, commit)
    try FileSystem.makeDirectory(FileSystem.directory(of: file))
    let up = String(repeating: "../", count: 2 + name.utf8.count { $0 == UInt8(ascii: "/") })
    let target = "\(up)blobs/\(etag)"
    // Another process may do the same at this moment, and a link may lead to a content that was removed.
    for _ in 0..<3 where !has(name, commit) {
      if symlink(target, file) == 0 || errno != EEXIST { break }
      unlink(file)
    }
    guard !has(name, commit), linkHard(blob(etag), file) != 0 else { return }
    throw DataError(.inputOutput, file: file, reason: "cannot be linked: \(FileSystem.lastError)")
  }
}

/// The operating system's `link`, whose name ``RepositoryCache`` hides.
private func linkHard(_ content: String, _ file: String) -> Int32 { link(content, file) }
