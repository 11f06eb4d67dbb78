import Support

extension HubClient {
  /// Brings a file's content into the cache, and gives it its name there.
  ///
  /// - Throws: ``HubError``, or `DataError` if the cache cannot be written.
  func fetch(_ file: RemoteFile, into cache: RepositoryCache, report: (DownloadEvent) -> Void) throws {
    try cache.prepare()
    let lock = try FileLock(
      cache.lock(file.etag),
      isBusy: { report(.hint("another process is fetching \(quoted(file.name)): waiting for it")) },
      sleep: settings.sleep)
    try withExtendedLifetime(lock) {
      let blob = cache.blob(file.etag)
      if FileSystem.item(at: blob) == nil {
        let partial = try PartialFile(file, at: cache.incompleteBlob(file.etag))
        try fill(partial, cache.repository, report)
        try partial.complete(as: blob)
      }
      try cache.link(file.name, file.commit, to: file.etag)
    }
  }

  /// Gets all bytes of a file, and compares them with its checksum.
  private func fill(_ partial: PartialFile, _ repository: RepositoryName, _ report: (DownloadEvent) -> Void) throws {
    try partial.requireRoom()
    try getRest(of: partial, repository, report)
    if try partial.isRight() { return }
    if partial.beganEarlier {
      report(.hint("what an earlier fetch left of \(quoted(partial.file.name)) is damaged: fetching it anew"))
      try partial.restart()
      try getRest(of: partial, repository, report)
      if try partial.isRight() { return }
    }
    partial.remove()
    throw HubError(
      .corrupted,
      "what \(hub.host) sent for \(quoted(partial.file.name)) of \(repository) has not the checksum that it announced; "
        + "nothing was kept")
  }

  private func getRest(of partial: PartialFile, _ repository: RepositoryName, _ report: (DownloadEvent) -> Void) throws
  {
    let file = partial.file
    var meter = RateMeter()
    func progress() -> DownloadEvent {
      .progress(
        DownloadProgress(
          file: file.name, byteCount: partial.byteCount, totalByteCount: file.byteCount, rate: meter.rate))
    }
    do {
      try retrying(
        progress: { partial.byteCount },
        attempt: {
          if partial.byteCount > 0, partial.byteCount == file.byteCount { return }
          try getPiece(of: partial, repository) { count in
            if meter.count(count, at: settings.now()) { report(progress()) }
          }
        })
    } catch {
      if (error as? HubError)?.kind == .corrupted { partial.remove() }
      throw explain(error, repository: repository, file: file.name)
    }
    report(progress())
  }

  /// Asks for what is missing, and adds what comes.
  private func getPiece(
    of partial: PartialFile, _ repository: RepositoryName, _ count: (Int) -> Void
  ) throws {
    let file = partial.file
    let path = Self.path(of: file.name, in: repository, revision: file.commit)
    guard let address = WebAddress(settings.endpoint + path) else {
      throw HubError(.invalidName, "\(quoted(file.name)) cannot be asked for")
    }
    var request = HTTPRequest(address: address, timeout: settings.downloadTimeout)
    if partial.byteCount > 0 { request.headers.append(("Range", "bytes=\(partial.byteCount)-")) }
    do {
      _ = try ask(
        request, head: { try accept($0, partial) },
        body: { bytes in
          try partial.append(bytes)
          count(bytes.count)
        })
    } catch Trouble.refusal(let answer) where answer.status == 416 && partial.byteCount > 0 {
      // What is there is no beginning of what the server has now.
      try partial.restart()
      throw Trouble.failure(HTTPConnection.Failure(code: 18, text: "the range is refused", host: answer.address.host))
    }
    if let total = file.byteCount, partial.byteCount < total {
      throw Trouble.failure(HTTPConnection.Failure(code: 18, text: "the file ended early", host: address.host))
    }
  }

  /// Checks that an answer goes on where the file ends; an answer with the whole file replaces what is there.
  private func accept(_ answer: HTTPResponse, _ partial: PartialFile) throws {
    let file = partial.file
    if let encoding = answer["Content-Encoding"], encoding.lowercased() != "identity" {
      throw HubError(
        .malformedAnswer,
        "\(answer.address.host) sends \(quoted(file.name)) in the encoding \(quoted(encoding)), unasked")
    }
    let total: Int?
    if answer.status == 206 {
      let range = try answer.contentRange()
      guard range.start == partial.byteCount else {
        throw HubError(
          .malformedAnswer,
          "\(answer.address.host) sends \(quoted(file.name)) from byte \(range.start), asked for it from \(partial.byteCount)"
        )
      }
      total = range.total
    } else {
      if partial.byteCount > 0 { try partial.restart() }
      total = try answer.announcedByteCount()
    }
    if let total, let expected = file.byteCount, total != expected {
      throw HubError(
        .corrupted,
        "\(answer.address.host) sends \(total) bytes for \(quoted(file.name)), where \(expected) were announced")
    }
  }
}
