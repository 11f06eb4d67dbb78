import Testing

@testable import Hub

@Suite struct RepositoryNameTests {
  @Test func nameAndRevision() throws {
    let name = try RepositoryName("openai/clip-vit-base-patch32")
    #expect(name.path == "openai/clip-vit-base-patch32" && name.revision == "main" && !name.isCommit)
    #expect(name.folder == "models--openai--clip-vit-base-patch32")
    #expect("\(name)" == "openai/clip-vit-base-patch32")
    let older = try RepositoryName("openai/clip-vit-base-patch32@refs/pr/4")
    #expect(older.revision == "refs/pr/4" && "\(older)" == "openai/clip-vit-base-patch32@refs/pr/4")
    #expect(try RepositoryName("gpt2").folder == "models--gpt2")
    #expect(try RepositoryName("a/b@" + String(repeating: "0a", count: 20)).isCommit)
    #expect(try !RepositoryName("a/b@" + String(repeating: "0A", count: 20)).isCommit)
  }

  /// The examples of `validate_repo_id`, and what else it refuses.
  @Test(arguments: [
    "datasets/foo/bar", ".repo_id", "foo--bar", "foo.git", "", "/", "a/", "/a", "a//b", "a/-b", "a-/b", "a/b.",
    "other..repo",
    "café/x", "a b", "a/b\n", "../x", "a/..", "~/x", "a\\b",
  ])
  func namesThatTheHubRefuses(_ name: String) {
    #expect(throws: HubError.self) { try RepositoryName(name) }
  }

  @Test(arguments: ["foo", "foo/bar", "123", "Foo-BAR_foo.bar123", "_a/b_", "a/" + String(repeating: "b", count: 96)])
  func namesThatTheHubTakes(_ name: String) throws { _ = try RepositoryName(name) }

  @Test(arguments: [
    "", "/x", "x/", "a//b", "..", "a/../b", ".hidden", "a/.b", "a b", "a\nb", "a~1", "a^", "a:b", "a?", "a*", "a[",
    "a\\b", "a@{1}",
    "@", "a.lock", "a.",
  ])
  func revisionsThatGitRefuses(_ revision: String) {
    #expect(throws: HubError.self) { try RepositoryName("org/name@" + revision) }
  }
}
