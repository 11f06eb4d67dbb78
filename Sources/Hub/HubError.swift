import Support

/// What keeps a file of the hub, or of another address, from being here: one sentence.
public struct HubError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of trouble it is, for callers that decide by it.
  public enum Kind: String, Equatable, Sendable {
    /// The name or the address cannot be one.
    case invalidName
    /// A variable of the environment has a value that cannot be used.
    case invalidSetting
    /// The hub refuses the token, or wants one (401).
    case unauthorized
    /// The model's terms have to be accepted first (403 or 401 with `GatedRepo`).
    case gated
    /// The hub does not allow it (403).
    case forbidden
    /// There is no such repository, or it is private (401 or 404 with `RepoNotFound`).
    case repositoryNotFound
    /// The repository has no such branch, tag or commit (404 with `RevisionNotFound`).
    case revisionNotFound
    /// The repository or the server has no such file (404 with `EntryNotFound`).
    case fileNotFound
    /// Too many requests (429), and waiting did not help or would take too long.
    case rateLimited
    /// The server failed (5xx), or answers with another status that no file comes with.
    case serverFault
    /// No connection came about, or it broke again and again.
    case unreachable
    /// The server could not prove who it is, or spoke no TLS.
    case insecure
    /// Nothing may be fetched (`HF_HUB_OFFLINE`), and it is not in the cache.
    case offline
    /// What arrived is not what was announced: another size or another checksum.
    case corrupted
    /// The answer is none that the protocol knows, or tries to lead outside of the cache.
    case malformedAnswer
    /// More bytes than the limit allows.
    case tooLarge
    /// The disk has too little room.
    case diskFull
    /// The operating system refused to read or write the cache.
    case inputOutput
    /// A library that is needed is not installed.
    case unavailable
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// The sentence, without a period at its end.
  public let message: String

  /// Creates an error.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The sentence on one line, whatever a server put into it.
  public var description: String { printable(message, keepingLines: false) }
}
