import Foundation
import Hub
import HubServer
import TestSupport
import Testing

/// A server that is not what it should be gets nothing written outside of the cache, and ends nothing but the download.
@Suite struct HostileAnswerTests {
  private func list(_ text: String) -> Fault {
    .answer(Answer(200, text: text, type: "application/json"))
  }

  @Test(arguments: [
    "", "{", "[]", "null", "{}", #"{"sha": 1}"#, #"{"sha": "main", "siblings": []}"#,
    #"{"sha": "../../../../x", "siblings": []}"#, #"{"sha": "\#(String(repeating: "a", count: 40))"}"#,
    #"{"sha": "\#(String(repeating: "a", count: 40))", "siblings": [{"rfilename": 7}]}"#,
    #"{"sha": "\#(String(repeating: "a", count: 40))", "siblings": {"rfilename": "x"}}"#,
    String(repeating: "[", count: 100_000), "<html>Log in to the network of the hotel</html>",
  ])
  func listsThatAreNone(_ text: String) throws {
    let site = try Site()
    site.server.add(list(text), to: "/api/models", on: .hub)
    #expect(throws: HubError.self) { try Hub(site.settings).snapshot(of: RepositoryName(Site.name)) }
    #expect(site.contents.isEmpty, "\(site.contents)")
    #expect(site.waits.all.isEmpty, "there is no use in asking again")
  }

  @Test(arguments: [
    "../config.json", "/etc/config.json", "a/../../config.json", "..", "", "a//b", "./config.json", "a\u{0}b",
  ])
  func namesThatLeadElsewhere(_ name: String) throws {
    let site = try Site([Repository(Site.name, [name: Content("{}"), "model.safetensors": Site.weights])])
    let hub = Hub(site.settings)
    _ = try? hub.snapshot(of: RepositoryName(Site.name))
    _ = try? hub.snapshot(of: RepositoryName(Site.name), files: .named([name]))
    let all = FileManager.default.enumerator(atPath: site.folder.url.path)?.allObjects as? [String] ?? []
    #expect(!all.contains { $0.hasSuffix("config.json") }, "\(all)")
    #expect(all.allSatisfy { $0 == "hub" || $0.hasPrefix("hub/") }, "\(all)")
  }

  @Test(arguments: ["../../../x", "a/b", "", "..", "\"", "W/\"../x\"", "\"\u{1}\""])
  func namesOfBlobsThatLeadElsewhere(_ etag: String) throws {
    let site = try Site()
    site.server.add(.header("ETag", etag), on: .hub)
    site.server.add(.header("X-Linked-ETag", etag), on: .hub)
    _ = try? site.fetch(Site.name, ["config.json"])
    _ = try? site.fetch(Site.name, ["model.safetensors"])
    for path in site.contents {
      let parts = path.split(separator: "/")
      #expect(parts.first == "models--org--tiny", "\(path)")
      if parts.dropFirst().first == "blobs" {
        #expect(parts.count == 3 && parts[2].allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }, "\(path)")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: site.folder.url.path).allSatisfy { $0 == "hub" })
  }

  @Test(arguments: ["X-Repo-Commit", "X-Linked-ETag", "X-Linked-Size", "Location"])
  func missingHeaders(_ name: String) throws {
    let site = try Site()
    site.server.add(.without(name), on: .hub)
    // It may do without, or it says so; it never takes what it cannot check.
    do {
      expectWeights(in: try site.fetch())
    } catch let error as HubError {
      #expect([.malformedAnswer, .serverFault, .corrupted].contains(error.kind), "\(error)")
      #expect(site.blobs.isEmpty)
    }
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "http://", "http:///x", "//", "http://[::1",
    "\u{1}",
    "http://user:password@127.0.0.1/x", "http://127.0.0.1:99999/",
  ])
  func redirectsToNoAddress(_ location: String) throws {
    let site = try Site()
    site.server.add(.redirect(to: location), to: "/resolve/", on: .hub)
    #expect(throws: HubError.self) { try site.fetch() }
    #expect(site.blobs.isEmpty)
  }

  @Test(arguments: [
    "", "\r\n\r\n", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx", "SSH-2.0-OpenSSH_9.6\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx", "HTTP/1.1 999999 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nx", "\u{0}\u{1}\u{2}",
    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 7-9/3\r\nContent-Length: 3\r\n\r\nabc",
  ])
  func answersThatAreNoHTTP(_ text: String) throws {
    for port in [Port.hub, .storage] {
      let site = try Site()
      site.server.add(.raw(Array(text.utf8)), on: port)
      #expect(throws: HubError.self) { try site.fetch() }
      #expect(!site.contents.contains { $0.contains("/snapshots/") })
    }
  }

  @Test func headersWithoutEnd() throws {
    let site = try Site()
    let line = "X-Filler: " + String(repeating: "a", count: 1_000) + "\r\n"
    let head = "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 5_000)
    site.server.add(.raw(Array(head.utf8)), on: .hub)
    #expect(throws: HubError.self) { try site.fetch() }
  }

  @Test func listsWithoutEnd() throws {
    let site = try Site()
    site.server.add(list(String(repeating: " ", count: 60_000)), to: "/api/models", on: .hub)
    site.server.add(.endless, to: "/api/models", on: .hub)
    #expect(throws: HubError.self) { try Hub(site.settings).snapshot(of: RepositoryName(Site.name)) }
    let sent = site.server.requests(.hub, "GET", "/api/models").map(\.bytesSent).max() ?? 0
    #expect(sent < 200_000_000, "\(sent)")
  }

  @Test func anEncodingThatWasNotAskedFor() throws {
    let site = try Site()
    site.server.add(.gzip, to: "/api/models/", method: "GET", times: 1)
    expectHubError(.malformedAnswer) { try site.fetch() }
    site.server.add(.gzip, on: .storage, method: "GET")
    expectHubError(.malformedAnswer, containing: "encoding") { try site.fetch() }
    site.server.add(.gzip, to: "config.json", method: "GET")
    expectHubError(.malformedAnswer, containing: "encoding") { try site.fetch(Site.name, ["config.json"]) }
    #expect(!site.contents.contains { $0.contains("/snapshots/") })
  }

  @Test func rangesThatWereNotAskedFor() throws {
    let site = try Site()
    var settings = site.settings
    settings.retryWaits = []
    site.server.add(.cut(after: 100_000), on: .storage, method: "GET", times: 1)
    expectHubError(.unreachable) { try site.fetch(Site.name, ["model.safetensors"], settings) }
    // The rest is asked for; another part comes.
    site.server.add(
      Fault { answer, _ in
        answer.status = 206
        answer.range = 50_000..<250_000
        answer["Content-Range"] = "bytes 50000-249999/300000"
      }, on: .storage, method: "GET", times: 1)
    do {
      expectWeights(in: try site.fetch(Site.name, ["model.safetensors"], settings))
    } catch is HubError {
      expectWeights(in: try site.fetch())
    }
  }

  @Test func textsOfTheServerDoNotReachTheTerminalAsTheyAre() throws {
    let site = try Site()
    site.server.add(
      .status(403, [("X-Error-Message", "\u{1B}[2J\u{1B}]0;title\u{7}" + String(repeating: "long ", count: 1_000))]),
      on: .hub)
    do {
      try site.fetch()
      Issue.record("no error was thrown")
    } catch {
      let text = "\(error)"
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "\(text)")
      #expect(text.utf8.count < 1_000)
    }
  }
}
