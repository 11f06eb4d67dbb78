import Testing

@testable import Hub

@Suite struct WebAddressTests {
  @Test func parts() throws {
    let address = try #require(WebAddress("HTTPS://Huggingface.CO/a/b%20c?x=1&y=ä#z"))
    #expect(address.scheme == "https" && address.host == "huggingface.co" && address.port == 443)
    #expect(address.path == "/a/b%20c" && address.query == "x=1&y=%C3%A4")
    #expect("\(address)" == "https://huggingface.co/a/b%20c?x=1&y=%C3%A4")
    #expect(WebAddress("http://[::1]:8080")?.origin == "http://[::1]:8080")
    #expect(WebAddress("http://a:80/")?.origin == "http://a" && WebAddress("https://a:80/")?.origin == "https://a:80")
  }

  @Test(arguments: [
    "", "huggingface.co", "ftp://a/b", "file:///etc/passwd", "https://", "https:///a", "https://me:secret@a/",
    "https://a:0/",
    "https://a:99999/", "https://a:b/", "https://a b/", "https://a/b c", "https://a/\r\nX: y", "https://a/\u{0}",
    "https://ä/",
    "https://a\\@b/", "javascript://a", "https://[::1", "https://a%2Fb/",
  ])
  func whatIsNoAddress(_ text: String) { #expect(WebAddress(text) == nil) }

  @Test func redirects() throws {
    let base = try #require(WebAddress("https://hub.org:8080/a/b?q"))
    let expected = [
      "https://cdn.org/x": "https://cdn.org/x", "//cdn.org/x": "https://cdn.org/x", "/x?y": "https://hub.org:8080/x?y",
      "?y": "https://hub.org:8080/a/b?y", "c/d": "https://hub.org:8080/a/c/d",
      "/x?u=http://other/": "https://hub.org:8080/x?u=http://other/",
    ]
    for (location, address) in expected { #expect(base.resolving(location)?.description == address) }
    for nowhere in ["mailto:a", "file:///etc/passwd", "https://", "/\r\n", "javascript:x", "http://a@b/"] {
      #expect(base.resolving(nowhere) == nil)
    }
  }

  /// The token belongs to scheme, host and port together.
  @Test func origins() throws {
    let hub = try #require(WebAddress("https://hub.org"))
    #expect(hub.hasSameOrigin(as: try #require(WebAddress("https://HUB.org:443/x"))))
    for other in ["http://hub.org", "https://hub.org:444", "https://cdn.hub.org", "https://hub.org.evil.net"] {
      #expect(!hub.hasSameOrigin(as: try #require(WebAddress(other))))
    }
  }
}
