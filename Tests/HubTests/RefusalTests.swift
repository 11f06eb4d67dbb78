import Foundation
import Hub
import HubServer
import TestSupport
import Testing

/// One sentence for each refusal, with what to do about it.
@Suite struct RefusalTests {
  /// A refusal, and the sentence for it; ENDPOINT stands for the hub's address.
  struct Case: Sendable, CustomTestStringConvertible {
    var access = Repository.Access.open
    var token: String?
    var name = Site.name
    var file = "config.json"
    var fault: Fault?
    let kind: HubError.Kind
    let sentence: String

    var testDescription: String { sentence }
  }

  static let cases = [
    Case(
      access: .gated(tokens: []), kind: .gated,
      sentence:
        "org/tiny is given only to those who accept its terms: accept them at ENDPOINT/org/tiny, and set HF_TOKEN to a token of that account (ENDPOINT/settings/tokens)"
    ),
    Case(
      access: .gated(tokens: []), token: "hf_known", kind: .gated,
      sentence:
        "org/tiny is given only to those who accept its terms: accept them at ENDPOINT/org/tiny, with the account that the token belongs to"
    ),
    Case(
      access: .hidden(tokens: []), kind: .repositoryNotFound,
      sentence: "127.0.0.1 has no model org/tiny, or it is private: then set HF_TOKEN to a token that may read it"),
    Case(
      access: .hidden(tokens: []), token: "hf_known", kind: .repositoryNotFound,
      sentence: "127.0.0.1 has no model org/tiny, or it is private: then the token may not read it"),
    Case(
      name: "org/none", kind: .repositoryNotFound,
      sentence: "127.0.0.1 has no model org/none, or it is private: then set HF_TOKEN to a token that may read it"),
    Case(
      token: "hf_unknown", kind: .unauthorized,
      sentence:
        "127.0.0.1 refuses the token (HF_TOKEN, or what `hf auth login` wrote): \"Invalid credentials in Authorization header\""
    ),
    Case(
      access: .disabled, kind: .forbidden,
      sentence: "127.0.0.1 does not give out org/tiny: \"Access to this resource is disabled.\""),
    Case(
      name: "org/tiny@v9", kind: .revisionNotFound,
      sentence: "org/tiny has no branch, tag or commit \"v9\" on 127.0.0.1"),
    Case(
      file: "none.json", kind: .fileNotFound, sentence: "org/tiny has no file \"none.json\" on 127.0.0.1"),
    Case(
      fault: .status(429), kind: .rateLimited, sentence: "127.0.0.1 has had too many requests from here"),
    Case(
      fault: .status(429, [("Retry-After", "3600")]), kind: .rateLimited,
      sentence: "127.0.0.1 has had too many requests from here; it asks to wait 3600 seconds"),
    Case(
      fault: .status(500), kind: .serverFault, sentence: "127.0.0.1 answers 500 (Internal Server Error)"),
    Case(
      fault: .status(503, [("X-Error-Message", "Under maintenance")]), kind: .serverFault,
      sentence: "127.0.0.1 answers 503 (Service Unavailable): \"Under maintenance\""),
    Case(fault: .status(418), kind: .serverFault, sentence: "127.0.0.1 answers 418"),
  ]

  @Test(arguments: cases)
  func eachHasItsSentence(_ refusal: Case) throws {
    var repository = Site.tiny
    repository.access = refusal.access
    let site = try Site([repository])
    site.server.accept(tokens: ["hf_known"])
    if let fault = refusal.fault { site.server.add(fault, on: .hub) }
    var settings = site.settings
    settings.token = refusal.token
    let sentence = refusal.sentence.replacingOccurrences(of: "ENDPOINT", with: site.server.endpoint)
    expectHubError(refusal.kind, sentence) { try site.fetch(refusal.name, [refusal.file], settings) }
    #expect(site.blobs.isEmpty)
  }

  @Test func theStorageRefusesInASentenceToo() throws {
    let site = try Site()
    site.server.add(.status(403), on: .storage)
    expectHubError(.serverFault, "\"model.safetensors\": 127.0.0.1 answers 403 (Forbidden)") { try site.fetch() }
  }

  @Test func whatTheServerAsksToWaitIsWaited() throws {
    let site = try Site()
    site.server.add(.status(429, [("Retry-After", "7")]), to: "/api/models", on: .hub, times: 1)
    site.server.add(.status(503, [("Retry-After", "3")]), to: "/resolve/", on: .hub, times: 1)
    site.server.add(.status(429, [("RateLimit", "\"resolvers\";r=0;t=55")]), on: .storage, times: 1)
    expectWeights(in: try site.fetch())
    #expect(site.waits.all == [7, 3, 55])
  }

  @Test func othersAreTriedAgainAfterGrowingWaits() throws {
    let site = try Site()
    site.server.add(.status(503), to: "/api/models", on: .hub, times: 4)
    expectWeights(in: try site.fetch())
    #expect(site.waits.all == [1, 2, 4, 8])
    let other = try Site()
    other.server.add(.status(500), to: "/api/models", on: .hub, times: 5)
    expectHubError(.serverFault) { try other.fetch() }
  }

  @Test func whatWillNotChangeIsNotTriedAgain() throws {
    for status in [400, 401, 403, 404, 410, 451] {
      let site = try Site()
      site.server.add(.status(status), on: .hub)
      #expect(throws: HubError.self) { try site.fetch(Site.name, ["config.json"]) }
      #expect(site.waits.all.isEmpty, "\(status)")
    }
  }

  @Test func noServerIsSaidSoon() throws {
    let site = try Site()
    site.server.stop()
    expectHubError(.unreachable, containing: "127.0.0.1 cannot be reached: no connection") { try site.fetch() }
    #expect(site.waits.all.count <= 1)
    var settings = site.settings
    settings.endpoint = "http://nowhere.invalid"
    expectHubError(.unreachable, containing: "nowhere.invalid cannot be reached: there is no such host") {
      try site.fetch(Site.name, ["config.json"], settings)
    }
  }

  @Test func aServerWithoutTLSIsSaid() throws {
    let site = try Site()
    var settings = site.settings
    settings.endpoint = site.server.endpoint.replacingOccurrences(of: "http:", with: "https:")
    #expect(throws: HubError.self) { try site.fetch(Site.name, ["config.json"], settings) }
  }
}
