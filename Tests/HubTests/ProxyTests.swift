import Foundation
import Hub
import HubServer
import TestSupport
import Testing

/// Requests go through the proxy that the environment names.
@Suite struct ProxyTests {
  @Test func allRequestsGoThroughTheProxy() throws {
    let site = try Site()
    var settings = site.settings
    settings.proxies = ProxySettings(environment: ["http_proxy": site.server.address(of: .proxy)])
    expectWeights(in: try site.fetch(Site.name, ["config.json", "model.safetensors"], settings))
    let passed = site.server.requests(.proxy).count
    #expect(passed > 2 && passed == site.server.requests.count - passed)
  }

  @Test func someHostsNeedNone() throws {
    let site = try Site()
    var settings = site.settings
    settings.proxies = ProxySettings(environment: [
      "HTTP_PROXY": site.server.address(of: .proxy), "no_proxy": "example.org,127.0.0.1",
    ])
    expectWeights(in: try site.fetch(Site.name, ["model.safetensors"], settings))
    #expect(site.server.connectionCount(.proxy) == 0)
  }

  @Test func aProxyMayAskForAName() throws {
    let site = try Site()
    site.server.demandLogin("anna:pass word")
    let address = site.server.address(of: .proxy)
    var settings = site.settings
    settings.proxies.http = address
    expectHubError(.unreachable, containing: "proxy") { try site.fetch(Site.name, ["config.json"], settings) }
    settings.proxies.http = address.replacingOccurrences(of: "//", with: "//anna:pass%20word@")
    expectWeights(in: try site.fetch(Site.name, ["model.safetensors"], settings))
    // They are for the proxy alone.
    for request in site.server.requests where request.port != .proxy {
      #expect(request["Proxy-Authorization"] == nil, "\(request.summary)")
    }
  }

  @Test func aProxyThatIsNotThereIsSaid() throws {
    let site = try Site()
    var settings = site.settings
    let gone = try HubServer()
    settings.proxies.http = gone.address(of: .proxy)
    gone.stop()
    expectHubError(.unreachable, containing: "proxy") { try site.fetch(Site.name, ["config.json"], settings) }
    #expect(site.server.connectionCount == 0)
  }
}
