import Foundation
import Hub
import HubServer
import TestSupport
import Testing

/// The token goes to the hub, and to nobody else.
@Suite struct TokenTests {
  private func site(_ access: Repository.Access = .open) throws -> (Site, HubSettings) {
    var repository = Site.tiny
    repository.access = access
    let site = try Site([repository])
    site.server.accept(tokens: ["hf_secret", "hf_other"])
    var settings = site.settings
    settings.token = "hf_secret"
    return (site, settings)
  }

  /// Expects the token in all requests to the hub, and in none to another port.
  private func expectTokenOnlyAtHub(_ server: HubServer, sourceLocation: SourceLocation = #_sourceLocation) {
    let requests = server.requests
    #expect(!requests.isEmpty, sourceLocation: sourceLocation)
    for request in requests {
      let text = request.target + request.headers.map { $0.name + $0.value }.joined()
      if request.port == .hub {
        #expect(request["Authorization"] == "Bearer hf_secret", "\(request.summary)", sourceLocation: sourceLocation)
      } else {
        #expect(!text.contains("hf_secret"), "\(request.summary)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test func itGoesToTheHubAndNotToTheStorage() throws {
    let (site, settings) = try site()
    site.server.add(.cut(after: 100_000), on: .storage, times: 2)
    expectWeights(in: try site.fetch(Site.name, ["config.json", "model.safetensors"], settings))
    #expect(site.server.requests(.storage, "GET").count == 3)
    expectTokenOnlyAtHub(site.server)
  }

  @Test func itOpensGatedAndHiddenRepositories() throws {
    for access in [Repository.Access.gated(tokens: ["hf_secret"]), .hidden(tokens: ["hf_secret"])] {
      let (site, settings) = try site(access)
      expectWeights(in: try site.fetch(Site.name, ["config.json", "model.safetensors"], settings))
      expectTokenOnlyAtHub(site.server)
    }
  }

  @Test(arguments: ["127.0.0.1", "localhost"])
  func aRedirectToAnotherPortOrHostLosesIt(host: String) throws {
    let (site, settings) = try site()
    // From the list of files, and from a small file.
    let other = site.server.address(of: .storage, host: host)
    site.server.add(.redirect(to: other + "/list", status: 307), to: "/api/models", on: .hub)
    #expect(throws: HubError.self) { try site.fetch(Site.name, ["config.json"], settings) }
    site.server.removeFaults()
    site.server.add(.redirect(to: other + "/file", status: 302), to: "config.json", on: .hub)
    #expect(throws: HubError.self) { try site.fetch(Site.name, ["config.json"], settings) }
    #expect(!site.server.requests(.storage).isEmpty)
    expectTokenOnlyAtHub(site.server)
  }

  @Test func aWayBackDoesNotBringItAlong() throws {
    let (site, settings) = try site()
    // Hub to storage to hub: who stands between may have chosen the address.
    site.server.add(
      .redirect(to: site.server.endpoint + "/elsewhere", status: 302), to: "xet-bridge", on: .storage)
    #expect(throws: HubError.self) { try site.fetch(Site.name, ["model.safetensors"], settings) }
    let back = site.server.requests(.hub, nil, "/elsewhere")
    for request in back { #expect(request["Authorization"] == nil, "\(request.summary)") }
    for request in site.server.requests(.storage) { #expect(request["Authorization"] == nil) }
  }

  @Test func aLoopEndsAndDoesNotLoseIt() throws {
    let (site, settings) = try site()
    let storage = site.server.address(of: .storage)
    site.server.add(.redirect(to: storage + "/loop"), to: "model.safetensors", on: .hub)
    site.server.add(.redirect(to: storage + "/loop"), to: "/loop", on: .storage)
    expectHubError(.malformedAnswer, containing: "redirects from one address to the next without an end") {
      try site.fetch(Site.name, ["model.safetensors"], settings)
    }
    #expect((2...40).contains(site.server.requests(.storage).count))
    expectTokenOnlyAtHub(site.server)
    site.server.removeFaults()
    site.server.add(.redirectLoop, to: "/resolve/", on: .hub)
    expectHubError(.malformedAnswer, containing: "redirects from one address to the next without an end") {
      try site.fetch(Site.name, ["config.json"], settings)
    }
    expectTokenOnlyAtHub(site.server)
  }

  @Test func aPictureIsFetchedWithoutIt() throws {
    let (site, settings) = try site()
    site.server.put(Content("picture"), at: "/cat.png", type: "image/png")
    let hub = Hub(settings)
    #expect(try hub.download(site.server.endpoint + "/cat.png", limit: 100) == Array("picture".utf8))
    site.server.add(.redirect(to: site.server.address(of: .storage) + "/x"), to: "/moved.png")
    #expect(throws: HubError.self) { try hub.download(site.server.endpoint + "/moved.png", limit: 100) }
    #expect(site.server.requests.count == 3)
    for request in site.server.requests { #expect(request["Authorization"] == nil, "\(request.summary)") }
  }

  @Test func theProxyDoesNotSeeItInItsOwnHeaders() throws {
    let (site, original) = try site()
    var settings = original
    settings.proxies.http = site.server.address(of: .proxy)
    expectWeights(in: try site.fetch(Site.name, ["model.safetensors"], settings))
    for request in site.server.requests(.proxy) { #expect(request["Proxy-Authorization"] == nil) }
  }
}
