import Support

/// The hub of published models: from `organization/name` to a directory.
///
/// What is fetched goes to the cache that huggingface_hub uses, in its layout, so that each finds what the other fetched. All
/// calls wait until they are done, and report on the thread that called.
public struct Hub: Sendable {
  /// Where the hub and the cache are.
  public let settings: HubSettings

  /// The hub as the settings say.
  public init(_ settings: HubSettings) { self.settings = settings }

  /// The directory that holds the wanted files of a repository; those that the cache does not have are fetched.
  ///
  /// A branch or tag is looked up at the hub each time, with one question. Without an answer what the cache has counts. A
  /// commit that the cache has, and the setting ``HubSettings/isOffline``, open no connection.
  ///
  /// - Parameter report: takes what happens meanwhile.
  /// - Returns: the path of `snapshots/<commit>` in the cache.
  /// - Throws: ``HubError``; `DataError` for a cache that cannot be written or settings that cannot be read.
  public func snapshot(
    of repository: RepositoryName, files: FileSelection = .model, report: (DownloadEvent) -> Void = { _ in }
  ) throws -> String {
    try guardingToken(report) { try Snapshot(repository, files, settings, report: $0).directory() }
  }

  /// The bytes at an address, such as a picture's; the token is never sent there.
  ///
  /// - Parameters:
  ///   - address: begins with `https://` or `http://`.
  ///   - limit: the most bytes that are taken.
  /// - Throws: ``HubError``.
  public func download(_ address: String, limit: Int, report: (DownloadEvent) -> Void = { _ in }) throws -> [UInt8] {
    try guardingToken(report) { try get(address, limit: limit, report: $0) }
  }

  /// Runs `body`, and takes the token out of all that it says: a server may have said it first.
  private func guardingToken<Result>(
    _ report: (DownloadEvent) -> Void, _ body: (@escaping (DownloadEvent) -> Void) throws -> Result
  ) throws -> Result {
    func guarded(_ text: String) -> String { settings.token.map { text.replacing($0, with: "…") } ?? text }
    return try withoutActuallyEscaping(report) { report in
      do {
        return try body { event in
          if case .hint(let text) = event { report(.hint(guarded(text))) } else { report(event) }
        }
      } catch let error as HubError {
        throw HubError(error.kind, guarded(error.message))
      }
    }
  }

  private func get(_ text: String, limit: Int, report: @escaping (DownloadEvent) -> Void) throws -> [UInt8] {
    guard let address = WebAddress(text) else {
      throw HubError(.invalidName, "\(quoted(text)) is no address such as https://example.org/cat.jpg")
    }
    guard !settings.isOffline else {
      throw HubError(.offline, "HF_HUB_OFFLINE is set, so that \(quoted(text)) is not fetched")
    }
    let client = try HubClient(settings, report: report)
    func refuse(_ count: Int) throws {
      guard count <= limit else {
        throw HubError(.tooLarge, "\(quoted(text)) has more than \(ByteCount(limit)), the most that is fetched")
      }
    }
    var (bytes, largest, total): ([UInt8], Int, Int?) = ([], 0, nil)
    var meter = RateMeter()
    func progress() -> DownloadEvent {
      let name = address.path.split(separator: "/").last.map(String.init) ?? address.host
      return .progress(DownloadProgress(file: name, byteCount: bytes.count, totalByteCount: total, rate: meter.rate))
    }
    do {
      try client.retrying(
        progress: { largest },
        attempt: {
          bytes = []
          _ = try client.ask(
            HTTPRequest(address: address, timeout: settings.downloadTimeout), sendsToken: false,
            head: { answer in
              total = try answer.announcedByteCount()
              try refuse(total ?? 0)
            },
            body: { piece in
              try refuse(bytes.count + piece.count)
              bytes += piece
              largest = max(largest, bytes.count)
              if meter.count(piece.count, at: settings.now()) { report(progress()) }
            })
        })
    } catch {
      throw client.explain(error, repository: nil, file: text)
    }
    report(progress())
    return bytes
  }
}
