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
  /// - Parameter report: takes what happens meanwhile.
  /// - Returns: the path of `snapshots/<commit>` in the cache.
  /// - Throws: ``HubError``.
  public func snapshot(
    of repository: RepositoryName, files: FileSelection = .model, report: (DownloadEvent) -> Void = { _ in }
  ) throws -> String {
    throw HubError(.unavailable, "\(repository): not yet")
  }

  /// The bytes at an address, such as a picture's; the token is never sent there.
  ///
  /// - Parameters:
  ///   - address: begins with `https://` or `http://`.
  ///   - limit: the most bytes that are taken.
  /// - Throws: ``HubError``.
  public func download(_ address: String, limit: Int, report: (DownloadEvent) -> Void = { _ in }) throws -> [UInt8] {
    throw HubError(.unavailable, "\(address): not yet")
  }
}
