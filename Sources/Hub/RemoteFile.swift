import Support

/// What the hub says about a file before it sends it.
struct RemoteFile: Equatable {
  let name: String
  /// The state of the repository that it belongs to.
  let commit: String
  /// What tells one content from another, and names the file in the cache: SHA-256 of large files, git's SHA-1 of others.
  let etag: String
  /// Bytes, where the hub says it.
  let byteCount: Int?
}

/// What a repository holds.
struct RepositoryListing {
  let commit: String
  /// The names of its files; `nil` where a mirror gives no list, so that each has to be asked for.
  let names: Set<String>?
}

extension HubClient {
  // MARK: Lists

  /// The commit that a revision stands for, and the files in it.
  ///
  /// - Throws: ``HubError``.
  func listing(of repository: RepositoryName, isPatient: Bool) throws -> RepositoryListing {
    do {
      return try retrying(isPatient: isPatient) { try list(repository) }
    } catch Trouble.refusal(let answer)
      where answer["X-Error-Code"] == nil && [404, 405, 410, 501].contains(answer.status)
    {
      // No hub says so: a mirror that has the files alone.
      if let commit = try commit(fromFilesOf: repository) { return RepositoryListing(commit: commit, names: nil) }
      throw explain(Trouble.refusal(answer), repository: repository, file: nil)
    } catch {
      throw explain(error, repository: repository, file: nil)
    }
  }

  private func list(_ repository: RepositoryName) throws -> RepositoryListing {
    let path = "/api/models/\(repository.path)/revision/\(repository.revision.percentEncoded())"
    var bytes: [UInt8] = []
    let limit = 32 << 20
    _ = try ask(
      question(path),
      body: { piece in
        guard bytes.count + piece.count <= limit else {
          throw HubError(.tooLarge, "\(hub.host) lists more than \(ByteCount(limit)) of file names for \(repository)")
        }
        bytes += piece
      })
    let node: JSONNode
    do {
      node = JSONNode(try JSON(parsing: bytes, file: nil), file: nil)
      let commit = try node["sha"].string()
      guard RepositoryName.isCommit(commit), !repository.isCommit || commit == repository.revision else {
        throw DataError(place: "sha", reason: "\(quoted(commit)) is not the commit that was asked for")
      }
      let names = try node["siblings"].elements().map { (file) throws(DataError) in
        let name = try file["rfilename"].string()
        guard RepositoryCache.canHold(name) else { throw file.error("\(quoted(name)) leads out of the repository") }
        return name
      }
      return RepositoryListing(commit: commit, names: Set(names))
    } catch {
      throw HubError(.malformedAnswer, "\(hub.host) answers nonsense about \(repository): \(error)")
    }
  }

  /// The commit that comes with a file that every model has; `nil` if there is none.
  private func commit(fromFilesOf repository: RepositoryName) throws -> String? {
    for name in [ModelFiles.settings, ModelFiles.openCLIPSettings] {
      if let file = try metadata(of: name, in: repository, revision: repository.revision) { return file.commit }
    }
    return nil
  }

  /// A request to the hub that brings little.
  private func question(_ path: String, _ method: HTTPRequest.Method = .get) throws(HubError) -> HTTPRequest {
    guard let address = WebAddress(settings.endpoint + path) else {
      throw HubError(.invalidName, "\(quoted(path)) cannot be asked for")
    }
    return HTTPRequest(method: method, address: address, timeout: settings.questionTimeout)
  }

  // MARK: Files

  /// What the hub says about a file; `nil` if the repository has no such file.
  ///
  /// - Throws: ``HubError``.
  func metadata(of name: String, in repository: RepositoryName, revision: String) throws -> RemoteFile? {
    let request = try question(Self.path(of: name, in: repository, revision: revision), .head)
    do {
      let answers = try retrying {
        // The answer that leads to the storage says all: what the storage itself says is about its own copy.
        try ask(request, isDone: { (try? Self.file(name, $0)) != nil })
      }
      return try Self.file(name, answers)
    } catch Trouble.refusal(let answer)
      where answer.status == 404 && [nil, "EntryNotFound"].contains(answer["X-Error-Code"])
    {
      return nil
    } catch {
      throw explain(error, repository: repository, file: name)
    }
  }

  /// Where a file is asked for.
  static func path(of name: String, in repository: RepositoryName, revision: String) -> String {
    "/\(repository.path)/resolve/\(revision.percentEncoded())/\(name.percentEncoded(keepingSlashes: true))"
  }

  /// What answers on the way to a file say about it.
  private static func file(_ name: String, _ answers: [HTTPResponse]) throws(HubError) -> RemoteFile {
    func value(_ field: String) -> String? { answers.reversed().lazy.compactMap { $0[field] }.first }
    let last = answers[answers.count - 1]
    guard let commit = value("X-Repo-Commit"), RepositoryName.isCommit(commit) else {
      throw HubError(
        .malformedAnswer, "\(last.address.host) names no commit of \(quoted(name)): it is no hub of models")
    }
    guard let etag = (value("X-Linked-Etag") ?? last["ETag"] ?? value("ETag")).map(normalized),
      RepositoryCache.canName(etag)
    else {
      throw HubError(.malformedAnswer, "\(last.address.host) gives no usable ETag of \(quoted(name))")
    }
    var byteCount: Int?
    if let text = value("X-Linked-Size") {
      byteCount = try last.byteCount(text, in: "X-Linked-Size")
    } else if !last.isRedirect {
      byteCount = try last.announcedByteCount()
    }
    return RemoteFile(name: name, commit: commit, etag: etag, byteCount: byteCount)
  }

  /// An ETag without its quotation marks, and without the `W/` of a weak one.
  private static func normalized(_ etag: String) -> String {
    var text = etag[...]
    while let first = text.first, "W/".contains(first) { text.removeFirst() }
    while text.first == "\"" { text.removeFirst() }
    while text.last == "\"" { text.removeLast() }
    return String(text)
  }
}
