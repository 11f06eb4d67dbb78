import Foundation
import HubServer
import Images
import Support
import Testing

@testable import LessonInput

/// The flags go by the variables of this process: with these set, pictures come from elsewhere or not at all.
private let environmentIsPlain = [
  "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "http_proxy", "HTTP_PROXY", "all_proxy",
]
.allSatisfy { ProcessInfo.processInfo.environment[$0] == nil }

/// `--image` takes an address, too.
@Suite(.enabled(if: environmentIsPlain)) struct ImageAddressTests {
  private func pictures(_ address: String) throws -> [Picture] {
    try ModelFlags.parse(["--image", address]).pictures()
  }

  @Test func aPictureIsFetchedAndNamedByItsAddress() throws {
    let server = try HubServer()
    defer { server.stop() }
    let path = FileManager.default.temporaryDirectory.appending(path: "address-\(UUID().uuidString).png").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Image(width: 3, height: 2, color: Color(hex: 0x336699)).writePNG(to: path)
    server.put(try Content(ofFile: path), at: "/pictures/blue cat.png", type: "image/png")
    let found = try pictures(server.endpoint + "/pictures/blue%20cat.png")
    #expect(found.count == 1 && found[0].image.width == 3 && found[0].image.height == 2)
    #expect(found[0].name.contains("blue"))
    server.add(.redirect(to: "/pictures/blue%20cat.png", status: 302), to: "/old")
    server.add(.cut(after: 20), to: "blue", times: 2)
    #expect(try pictures(server.endpoint + "/old.png")[0].image.width == 3)
  }

  @Test func whatIsNoPictureIsSaid() throws {
    let server = try HubServer()
    defer { server.stop() }
    server.put(Content("<html>a page, not a picture</html>"), at: "/page.html", type: "text/html")
    server.put(Content(""), at: "/empty.png", type: "image/png")
    for path in ["/page.html", "/empty.png", "/none.png"] {
      do {
        _ = try pictures(server.endpoint + path)
        Issue.record("no error was thrown for \(path)")
      } catch {
        #expect("\(error)".contains(path.dropFirst()) && !"\(error)".contains("\n"), "\(error)")
      }
    }
  }

  @Test func whatIsTooLargeIsNotFetchedWhole() throws {
    let server = try HubServer()
    defer { server.stop() }
    server.put(Content([1]), at: "/huge.png", type: "image/png")
    // Said before a byte comes, and not said at all.
    server.add(.statedLength(4_000_000_000), to: "/huge.png", times: 1)
    server.put(Content(repeating: [0], count: 1_000_000), at: "/endless.png", type: "image/png")
    server.add(.endless, to: "/endless.png")
    for path in ["/huge.png", "/endless.png"] {
      do {
        _ = try pictures(server.endpoint + path)
        Issue.record("no error was thrown for \(path)")
      } catch {
        #expect("\(error)".contains("more than"), "\(error)")
      }
    }
    let sent = server.requests(.hub, "GET", "/endless").map(\.bytesSent).max() ?? 0
    #expect(sent < 300_000_000, "\(sent)")
  }
}
