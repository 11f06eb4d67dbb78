import TestSupport
import Testing

@testable import Hub

@Suite struct HubSettingsTests {
  @Test func withoutVariablesAsHuggingFaceHubHasIt() throws {
    let settings = try HubSettings(environment: ["HOME": "/home/anna"])
    #expect(settings.endpoint == "https://huggingface.co")
    #expect(settings.cacheDirectory == "/home/anna/.cache/huggingface/hub")
    #expect(settings.token == nil && !settings.isOffline)
    #expect(settings.questionTimeout == 10 && settings.downloadTimeout == 10)
  }

  @Test func placesOfTheCache() throws {
    func cache(_ environment: [String: String]) throws -> String {
      try HubSettings(environment: environment.merging(["HOME": "/h"]) { $1 }).cacheDirectory
    }
    #expect(try cache(["XDG_CACHE_HOME": "/x"]) == "/x/huggingface/hub")
    #expect(try cache(["XDG_CACHE_HOME": "/x", "HF_HOME": "/hf"]) == "/hf/hub")
    #expect(try cache(["HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"]) == "/old")
    #expect(try cache(["HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/new"]) == "/new")
    #expect(try cache(["HF_HOME": "~/models"]) == "/h/models/hub")
    #expect(try cache(["HF_HOME": "$DISK/a${DISK}b$NONE/${NONE}", "DISK": "/d"]) == "/d/a/db$NONE/${NONE}/hub")
  }

  @Test func endpoint() throws {
    #expect(
      try HubSettings(environment: ["HF_ENDPOINT": "https://mirror.org/hf//"]).endpoint == "https://mirror.org/hf")
    #expect(try HubSettings(environment: ["HF_ENDPOINT": ""]).endpoint == "https://huggingface.co")
    for wrong in ["huggingface.co", "ftp://x", "https://", "https://a b", "https://a/\u{1B}[2J", "https://me:secret@a"]
    {
      #expect(throws: HubError.self) { try HubSettings(environment: ["HF_ENDPOINT": wrong]) }
    }
  }

  @Test func yesIsSaidInFourWays() throws {
    for yes in ["1", "on", "Yes", "TRUE"] {
      #expect(try HubSettings(environment: ["HF_HUB_OFFLINE": yes]).isOffline)
      #expect(try HubSettings(environment: ["TRANSFORMERS_OFFLINE": yes]).isOffline)
    }
    for no in ["0", "off", "", "maybe"] { #expect(try !HubSettings(environment: ["HF_HUB_OFFLINE": no]).isOffline) }
    #expect(try !HubSettings(environment: ["HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"]).isOffline)
  }

  @Test func tokenOfTheEnvironmentOrOfTheFile() throws {
    let folder = try TemporaryFolder()
    let home = folder.url.path
    #expect(try HubSettings(environment: ["HF_HOME": home]).token == nil)
    try folder.write("hf_file\r\n", to: "token")
    try folder.write(" hf_elsewhere \n", to: "other")
    #expect(try HubSettings(environment: ["HF_HOME": home]).token == "hf_file")
    #expect(
      try HubSettings(environment: ["HF_HOME": home, "HF_TOKEN_PATH": folder.path("other")]).token
        == "hf_elsewhere")
    #expect(try HubSettings(environment: ["HF_HOME": home, "HF_TOKEN": "hf_a"]).token == "hf_a")
    #expect(try HubSettings(environment: ["HF_HOME": home, "HUGGING_FACE_HUB_TOKEN": "hf_b"]).token == "hf_b")
    #expect(
      try HubSettings(environment: ["HF_TOKEN": "hf_a", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]).token == nil)
  }

  /// A line end in a token would add a header to the request; the message does not show it.
  @Test func aTokenThatIsNoneIsRefusedAndNotShown() {
    let error = #expect(throws: HubError.self) { try HubSettings(environment: ["HF_TOKEN": "hf_a\tb\u{7}"]) }
    #expect(error?.description.contains("HF_TOKEN") == true && error?.description.contains("hf_a") == false)
  }

  @Test func timeouts() throws {
    let settings = try HubSettings(environment: ["HF_HUB_ETAG_TIMEOUT": "3", "HF_HUB_DOWNLOAD_TIMEOUT": "0"])
    #expect(settings.questionTimeout == 3 && settings.downloadTimeout == 10)
    #expect(throws: HubError.self) { try HubSettings(environment: ["HF_HUB_ETAG_TIMEOUT": "soon"]) }
    #expect(throws: HubError.self) { try HubSettings(environment: ["HF_HUB_ETAG_TIMEOUT": "-1"]) }
  }

  @Test func proxies() throws {
    let proxies = try HubSettings(environment: [
      "HTTP_PROXY": "http://upper", "http_proxy": "http://lower", "ALL_PROXY": "socks5://all", "no_proxy": "a,b",
    ]).proxies
    #expect(proxies.http == "http://lower" && proxies.https == "socks5://all" && proxies.exceptions == "a,b")
    #expect(try HubSettings(environment: [:]).proxies == ProxySettings())
  }

  @Test func theVariablesOfThisProcess() throws {
    #expect(try HubSettings.ofThisProcess().cacheDirectory.isEmpty == false)
  }
}
