import CourseKit
import Foundation
import Hub
import HubServer
import Support
import TestSupport
import Testing

/// A hub with a cache that nobody else uses.
final class Site {
  let server: HubServer
  let folder: TemporaryFolder
  let waits = Waits()
  private let repositories: [Repository]

  init(_ repositories: [Repository] = [Site.tiny], pageSize: Int = 1_000) throws {
    self.repositories = repositories
    server = try HubServer(repositories, pageSize: pageSize)
    folder = try TemporaryFolder()
  }

  deinit { server.stop() }

  static let name = "org/tiny"
  static let weights = Content(random: 300_000, seed: 1)
  static let tiny = Repository(
    name,
    [
      "config.json": Content(#"{"model_type": "clip"}"#), "model.safetensors": weights,
      "notes/a b.txt": Content("nested"), "README.md": Content("# Tiny"),
    ])

  /// No test waits, and a try without a byte is given up soon.
  var settings: HubSettings {
    var settings = HubSettings(cacheDirectory: cache)
    settings.endpoint = server.endpoint
    settings.questionTimeout = 1
    settings.downloadTimeout = 1
    settings.sleep = { [waits] in waits.add($0) }
    return settings
  }

  var cache: String { folder.path("hub") }

  /// Downloads files.
  @discardableResult
  func fetch(
    _ name: String = Site.name, _ files: [String] = ["model.safetensors"], _ settings: HubSettings? = nil,
    report: (DownloadEvent) -> Void = { _ in }
  ) throws -> String {
    try Hub(settings ?? self.settings).snapshot(of: RepositoryName(name), files: .named(files), report: report)
  }

  /// The environment of a program that uses this hub and cache.
  var environment: [String: String] {
    [
      "HF_ENDPOINT": server.endpoint, "HF_HUB_CACHE": cache, "HF_HOME": folder.path("home"), "HF_TOKEN": "",
      "HF_HUB_OFFLINE": "0", "HF_HUB_ETAG_TIMEOUT": "5", "HF_HUB_DOWNLOAD_TIMEOUT": "5", "no_proxy": "*",
      "SWIFT_BACKTRACE": "enable=no",
    ]
  }

  static let program = BuiltPrograms.path(of: "FetchFromHub")

  /// Downloads files in another process, and waits for it.
  func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Subprocess {
    try Subprocess.capture(
      Self.program, arguments, environment: self.environment.merging(environment) { $1 }, timeout: 60)
  }

  // MARK: The cache

  /// The folder of a repository.
  func path(_ rest: String, of name: String = Site.name) -> String {
    "\(cache)/models--\(name.replacingOccurrences(of: "/", with: "--"))/\(rest)"
  }

  /// All files and links of the cache, without locks and the mark of a cache.
  var contents: [String] {
    let all = FileManager.default.enumerator(atPath: cache)?.allObjects as? [String] ?? []
    return all.filter { path in
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: "\(cache)/\(path)", isDirectory: &isFolder)
      return !(exists && isFolder.boolValue) && !path.hasPrefix(".locks") && path != "CACHEDIR.TAG"
    }.sorted()
  }

  /// The files of the cache that hold bytes, whole or partial.
  var blobs: [String] { contents.filter { $0.contains("/blobs/") } }
}

/// The waits that a download asked for.
final class Waits: @unchecked Sendable {
  private let lock = NSLock()
  private var list: [Double] = []

  func add(_ seconds: Double) { lock.withLock { list.append(seconds) } }
  var all: [Double] { lock.withLock { list } }
}

/// The bytes of a file.
func bytes(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }

/// Expects the weights of the tiny repository, whole.
func expectWeights(in directory: String, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(
    bytes(directory + "/model.safetensors") == Site.weights.bytes, "\(directory)", sourceLocation: sourceLocation)
}

/// Expects an error of the hub: its kind, and its one sentence.
func expectHubError(
  _ kind: HubError.Kind, _ sentence: String? = nil, containing fragment: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
  } catch let error as HubError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    if let sentence { #expect(error.description == sentence, sourceLocation: sourceLocation) }
    if let fragment { #expect(error.description.contains(fragment), "\(error)", sourceLocation: sourceLocation) }
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    #expect(!error.description.contains("hf_"), "a token is shown", sourceLocation: sourceLocation)
    #expect(error.description.utf8.count < 1_000, sourceLocation: sourceLocation)
  } catch {
    Issue.record("another error was thrown: \(error)", sourceLocation: sourceLocation)
  }
}
