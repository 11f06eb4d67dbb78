import CourseKit
import Foundation
import Hub
import HubServer
import TestSupport
import Testing

/// What is in the cache needs no hub.
@Suite struct OfflineTests {
  @Test func withAFullCacheNoConnectionIsOpened() throws {
    let site = try Site()
    let directory = try site.fetch(Site.name, ["config.json", "model.safetensors"])
    site.server.forget()
    var settings = site.settings
    settings.isOffline = true
    #expect(try site.fetch(Site.name, ["config.json", "model.safetensors"], settings) == directory)
    let commit = try #require(Site.tiny.commitID(of: "main"))
    #expect(try site.fetch("\(Site.name)@\(commit)", ["config.json"], settings) == directory)
    #expect(try Hub(settings).snapshot(of: RepositoryName(Site.name)) == directory)
    let result = try site.run([Site.name, "config.json", "model.safetensors"], ["HF_HUB_OFFLINE": "1"])
    #expect(result.outputText.hasPrefix(directory + "\n"), "\(result.errorText)")
    #expect(site.server.connectionCount == 0)
  }

  @Test func whatIsNotThereIsSaid() throws {
    let site = try Site()
    var settings = site.settings
    settings.isOffline = true
    expectHubError(.offline, containing: "HF_HUB_OFFLINE") { try site.fetch(Site.name, ["config.json"], settings) }
    try site.fetch(Site.name, ["config.json"])
    site.server.forget()
    expectHubError(.offline, containing: "\"model.safetensors\" of org/tiny is not in the cache") {
      try site.fetch(Site.name, ["model.safetensors"], settings)
    }
    expectHubError(.offline) { try site.fetch(Site.name + "@other", ["config.json"], settings) }
    expectHubError(.offline) { _ = try Hub(settings).download(site.server.endpoint + "/cat.png", limit: 10) }
    #expect(site.server.connectionCount == 0)
  }

  @Test func anUnreachableHubIsNoTroubleForWhoHasAll() throws {
    let site = try Site()
    let directory = try site.fetch(Site.name, ["config.json", "model.safetensors"])
    site.server.stop()
    var hints: [String] = []
    let found = try site.fetch(Site.name, ["config.json", "model.safetensors"]) { event in
      if case .hint(let text) = event { hints.append(text) }
    }
    #expect(found == directory)
    #expect(hints.count == 1, "\(hints)")
    expectHubError(.unreachable) { try site.fetch(Site.name, ["README.md"]) }
  }

  @Test func aHubThatFailsIsNoTroubleForWhoHasAll() throws {
    let site = try Site()
    let directory = try site.fetch()
    site.server.add(.status(503), on: .hub)
    #expect(try site.fetch() == directory)
  }

  @Test func aLinkThatLeadsNowhereIsNoFile() throws {
    let site = try Site()
    let directory = try site.fetch()
    try FileManager.default.removeItem(atPath: site.path("blobs/\(Site.weights.sha256)"))
    var settings = site.settings
    settings.isOffline = true
    expectHubError(.offline) { try site.fetch(Site.name, ["model.safetensors"], settings) }
    #expect(try site.fetch() == directory)
    expectWeights(in: directory)
  }
}
