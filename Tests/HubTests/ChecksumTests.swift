import Foundation
import Hub
import HubServer
import TestSupport
import Testing

/// What arrives is what was announced, or it leaves nothing behind.
@Suite struct ChecksumTests {
  /// Expects a cache without a byte of a file, and then a download that succeeds.
  private func expectNothingLeft(in site: Site, sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(site.blobs.isEmpty, "\(site.contents)", sourceLocation: sourceLocation)
    #expect(!site.contents.contains { $0.contains("/snapshots/") }, sourceLocation: sourceLocation)
    site.server.removeFaults()
    expectWeights(in: try site.fetch(), sourceLocation: sourceLocation)
  }

  @Test func aWrongBitInALargeFile() throws {
    let site = try Site()
    site.server.add(.corrupt, on: .storage)
    expectHubError(.corrupted, containing: "model.safetensors") { try site.fetch() }
    try expectNothingLeft(in: site)
  }

  @Test func aWrongBitInWhatAnEarlierRunLeftIsFoundAndAllIsFetchedAnew() throws {
    let site = try Site()
    site.server.add(.corrupt, on: .storage, times: 1)
    site.server.add(.cut(after: 200_000), on: .storage, times: 1)
    var settings = site.settings
    settings.retryWaits = []
    expectHubError(.unreachable) { try site.fetch(Site.name, ["model.safetensors"], settings) }
    expectWeights(in: try site.fetch())
    #expect(site.server.requests(.storage, "GET").map(\.bytesSent) == [200_000, 100_000, 300_000])
  }

  @Test func aWrongBitBeforeACut() throws {
    let site = try Site()
    site.server.add(.corrupt, on: .storage, times: 1)
    site.server.add(.cut(after: 200_000), on: .storage, times: 1)
    expectHubError(.corrupted, containing: "model.safetensors") { try site.fetch() }
    try expectNothingLeft(in: site)
  }

  @Test func aWrongBitInASmallFile() throws {
    let site = try Site()
    site.server.add(.corrupt, to: "config.json", method: "GET")
    expectHubError(.corrupted, containing: "config.json") { try site.fetch(Site.name, ["config.json"]) }
    try expectNothingLeft(in: site)
  }

  @Test(arguments: [0, 1_000, 299_999, 300_001, 900_000])
  func anotherSize(_ size: Int) throws {
    let site = try Site()
    var bytes = Site.weights.bytes
    bytes += Content(random: 600_000, seed: 9).bytes
    site.server.add(.body(Content(Array(bytes.prefix(size)))), on: .storage)
    #expect(throws: HubError.self) { try site.fetch() }
    try expectNothingLeft(in: site)
  }

  @Test func anEndlessFileEndsAtItsSize() throws {
    let site = try Site()
    site.server.add(.endless, on: .storage)
    #expect(throws: HubError.self) { try site.fetch() }
    let sent = site.server.requests(.storage, "GET").map(\.bytesSent).max() ?? 0
    #expect(sent < 20_000_000, "\(sent)")
    try expectNothingLeft(in: site)
  }
}
