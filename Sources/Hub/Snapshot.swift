import Support

/// Brings the wanted files of a repository together in the cache.
struct Snapshot {
  let settings: HubSettings
  let repository: RepositoryName
  let files: FileSelection
  let report: (DownloadEvent) -> Void
  private let cache: RepositoryCache

  init(
    _ repository: RepositoryName, _ files: FileSelection, _ settings: HubSettings,
    report: @escaping (DownloadEvent) -> Void
  ) {
    (self.repository, self.files, self.settings, self.report) = (repository, files, settings, report)
    cache = RepositoryCache(repository, in: settings.cacheDirectory)
  }

  /// The directory with all of them.
  func directory() throws -> String {
    if case .named(let names) = files, let name = names.first(where: { !RepositoryCache.canHold($0) }) {
      throw HubError(.invalidName, "\(quoted(name)) is not the name of a file in a repository")
    }
    // A commit never changes: what is known to be complete needs no question.
    if repository.isCommit, isComplete(repository.revision, counting: .whatIsKnown) {
      return cache.snapshot(repository.revision)
    }
    let cached = cache.knownCommit.flatMap { isComplete($0, counting: .whatIsThere) ? $0 : nil }
    if settings.isOffline {
      if let cached { return cache.snapshot(cached) }
      throw HubError(
        .offline, "HF_HUB_OFFLINE is set, and \(firstMissing) is not in the cache (\(settings.cacheDirectory))")
    }
    let client = try HubClient(settings, report: report)
    let listing: RepositoryListing
    do {
      listing = try client.listing(of: repository, isPatient: cached == nil)
    } catch let error as HubError {
      guard let cached, error.kind != .revisionNotFound, error.kind != .malformedAnswer else { throw error }
      report(.hint("\(error); what the cache has of \(repository) is used"))
      return cache.snapshot(cached)
    }
    return try fetch(listing, client)
  }

  // MARK: What is there

  /// What counts as a file that the repository does not have.
  private enum Absence {
    /// What is known to be missing; a file of which nothing is known may be there.
    case whatIsKnown
    /// What is not in the cache.
    case whatIsThere
  }

  /// A file of which nothing is known.
  private struct Unknown: Error {}

  /// Whether the cache has all wanted files of a commit.
  private func isComplete(_ commit: String, counting absence: Absence) -> Bool {
    let has = { (name: String) throws(Unknown) in
      if cache.has(name, commit) { return true }
      if absence == .whatIsKnown, !cache.knowsMissing(name, commit) { throw Unknown() }
      return false
    }
    switch files {
    case .named(let names):
      return names.allSatisfy { cache.has($0, commit) }
    case .model:
      let names = try? ModelFiles.names(of: repository, has: has, open: { cache.path(of: $0, commit) })
      return names?.allSatisfy { cache.has($0, commit) } ?? false
    }
  }

  /// What to name where the cache does not have all.
  private var firstMissing: String {
    guard case .named(let names) = files, let commit = cache.knownCommit,
      let name = names.first(where: { !cache.has($0, commit) })
    else { return "\(repository)" }
    return "\(quoted(name)) of \(repository)"
  }

  // MARK: What is missing

  private func fetch(_ listing: RepositoryListing, _ client: HubClient) throws -> String {
    let commit = listing.commit
    var known: [String: RemoteFile] = [:]
    var absent: [String] = []

    func file(_ name: String) throws -> RemoteFile? {
      if let file = known[name] { return file }
      let file = try client.metadata(of: name, in: repository, revision: commit)
      guard file == nil || file?.commit == commit else {
        throw HubError(
          .malformedAnswer, "\(client.hub.host) answers about another commit of \(repository) than was asked for")
      }
      known[name] = file
      return file
    }
    func has(_ name: String) throws -> Bool {
      if cache.has(name, commit) { return true }
      let isThere = try listing.names?.contains(name) ?? (file(name) != nil)
      if !isThere { absent.append(name) }
      return isThere
    }
    func bring(_ name: String) throws {
      guard !cache.has(name, commit) else { return }
      guard let file = try file(name) else {
        throw HubError(.fileNotFound, "\(repository) has no file \(quoted(name)) on \(client.hub.host)")
      }
      try client.fetch(file, into: cache, report: report)
    }

    let names: [String]
    switch files {
    case .named(let wanted): names = wanted
    case .model:
      names = try ModelFiles.names(of: repository, has: has) { name in
        try bring(name)
        return cache.path(of: name, commit)
      }
    }
    let missing = names.filter { !cache.has($0, commit) }
    let byteCounts = try missing.map { try file($0)?.byteCount ?? 0 }
    if !missing.isEmpty {
      report(
        .hint(
          "fetching \(repository) from \(client.hub.host): \(missing.count == 1 ? missing[0] : "\(missing.count) files"), "
            + "\(ByteCount(byteCounts.reduce(0, +)))"))
    }
    for name in missing { try bring(name) }
    for name in names { cache.removeLeftover(of: name, commit, sleep: settings.sleep) }
    remember(commit, absent)
    return cache.snapshot(commit)
  }

  /// Notes which commit the revision stands for and what it does not have. Both only save questions, so that a cache that
  /// cannot be written is no reason to fail.
  private func remember(_ commit: String, _ absent: [String]) {
    try? cache.remember(commit)
    for name in absent { try? cache.rememberMissing(name, commit) }
  }
}
