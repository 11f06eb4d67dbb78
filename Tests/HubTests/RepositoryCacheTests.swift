import Foundation
import TestSupport
import Testing

@testable import Hub

/// What is in the cache, as huggingface_hub leaves it, and what is not.
@Suite struct RepositoryCacheTests {
  private let folder: TemporaryFolder
  private static let commit = String(repeating: "c0ffee00", count: 5)
  private static let root = "models--org--name"

  init() throws { folder = try TemporaryFolder() }

  /// A hub that nobody answers for.
  private var hub: Hub {
    var settings = HubSettings(cacheDirectory: folder.url.path)
    settings.isOffline = true
    return Hub(settings)
  }

  private func write(_ files: [String: String], _ refs: [String: String] = ["main": commit]) throws {
    for (name, text) in files { try folder.write(text, to: "\(Self.root)/snapshots/\(Self.commit)/\(name)") }
    for (name, text) in refs { try folder.write(text, to: "\(Self.root)/refs/\(name)") }
  }

  private func directory(_ name: String = "org/name") throws -> String { try hub.snapshot(of: RepositoryName(name)) }

  private var expected: String { folder.path("\(Self.root)/snapshots/\(Self.commit)") }

  @Test func aModelThatIsThereIsFound() throws {
    try write(["config.json": "{}", "model.safetensors": ""], ["main": Self.commit + "\n", "refs/pr/1": Self.commit])
    #expect(try directory() == expected)
    #expect(try directory("org/name@refs/pr/1") == expected)
    #expect(try directory("org/name@\(Self.commit)") == expected)
    #expect(throws: HubError.self) { try directory("org/name@other") }
    #expect(throws: HubError.self) { try directory("org/other") }
  }

  @Test func aModelWithoutItsWeightsIsNone() throws {
    try write(["config.json": "{}", "tokenizer.json": "{}"])
    #expect(throws: HubError.self) { try directory() }
    let index = #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#
    try write(["model.safetensors.index.json": index, "model-1.safetensors": ""])
    #expect(throws: HubError.self) { try directory() }
    try write(["model-2.safetensors": ""])
    #expect(try directory() == expected)
  }

  @Test(arguments: ["", "main", "../../../x", String(repeating: "C0FFEE00", count: 5), commit + "0"])
  func aRefThatNamesNoCommitIsNone(_ text: String) throws {
    try write(["config.json": "{}", "model.safetensors": ""], ["main": text])
    #expect(throws: HubError.self) { try directory() }
  }

  /// What is known to be missing need not be asked for; of all else it is not known.
  @Test func aCommitIsCompleteIfAllIsThereOrKnownToBeMissing() throws {
    try write(["config.json": "{}", "model.safetensors": ""])
    var settings = HubSettings(cacheDirectory: folder.url.path)
    settings.endpoint = "http://127.0.0.1:1"
    settings.retryWaits = []
    var hints: [String] = []
    let report = { (event: DownloadEvent) in if case .hint(let text) = event { hints.append(text) } }
    let name = try RepositoryName("org/name@\(Self.commit)")
    #expect(try Hub(settings).snapshot(of: name, report: report) == expected)
    #expect(hints.count == 1, "the hub was asked")
    let cache = RepositoryCache(name, in: folder.url.path)
    for file in [
      "open_clip_config.json", "preprocessor_config.json", "processor_config.json", "generation_config.json",
      "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
      "tokenizer.json", "spiece.model", "sentencepiece.bpe.model",
    ] { try cache.rememberMissing(file, Self.commit) }
    #expect(try Hub(settings).snapshot(of: name, report: report) == expected)
    #expect(hints.count == 1, "nobody was asked: \(hints)")
  }

  @Test func namesThatAreKeptOut() {
    for name in ["", "..", "a/../b", "/a", "a//b", "a\\b", "a\nb", "a\u{202E}b", "a\0"] {
      #expect(!RepositoryCache.canHold(name))
    }
    for name in ["a", "a/b c.txt", "é.json"] { #expect(RepositoryCache.canHold(name)) }
    for etag in ["", "..", ".a", "a/b", "a b", "é", String(repeating: "a", count: 201)] {
      #expect(!RepositoryCache.canName(etag))
    }
    for etag in ["d41d8cd9-2", String(repeating: "0", count: 64)] { #expect(RepositoryCache.canName(etag)) }
  }

  @Test func linksAreRelativeAndReplaceThoseThatLeadNowhere() throws {
    let cache = RepositoryCache(try RepositoryName("org/name"), in: folder.url.path)
    try folder.write("text", to: "\(Self.root)/blobs/e1")
    let link = cache.path(of: "a/b.json", Self.commit)
    try FileManager.default.createDirectory(
      atPath: (link as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "gone")
    #expect(!cache.has("a/b.json", Self.commit))
    try cache.link("a/b.json", Self.commit, to: "e1")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "../../../blobs/e1")
    #expect(cache.has("a/b.json", Self.commit))
  }

  @Test func aLockIsWaitedForAndSaidOnce() throws {
    let path = folder.path("x.lock")
    var first: FileLock? = try FileLock(path, isBusy: { Issue.record("it is free") }, sleep: { _ in })
    var (said, waits) = (0, 0)
    let second = try FileLock(
      path, isBusy: { said += 1 },
      sleep: { _ in
        waits += 1
        if waits == 3 { first = nil }
      })
    #expect(said == 1 && waits == 3)
    withExtendedLifetime((first, second)) {}
  }

  /// filelock of some versions removes the file when it lets go.
  @Test func aLockOnAFileThatIsGoneDoesNotCount() throws {
    let path = folder.path("x.lock")
    var first: FileLock? = try FileLock(path, isBusy: {}, sleep: { _ in })
    let second = try FileLock(
      path, isBusy: {},
      sleep: { _ in
        try? FileManager.default.removeItem(atPath: path)
        first = nil
      })
    #expect(FileManager.default.fileExists(atPath: path))
    withExtendedLifetime((first, second)) {}
  }
}
