import CourseKit
import Foundation
import TestSupport
import Testing

@Suite struct SourceSnapshotTests {
  private let folder: TemporaryFolder
  private let before: SourceSnapshot

  init() throws {
    folder = try TemporaryFolder()
    for name in ["a/main.swift", "a/b/c.swift", "text.txt"] { try folder.write("1", to: name) }
    before = SourceSnapshot(root: folder.url, paths: ["a", "text.txt", "none"])
  }

  private var changes: [String] {
    SourceSnapshot(root: folder.url, paths: ["a", "text.txt", "none"]).changes(since: before)
  }

  private func run(_ lines: String) throws {
    let result = try Subprocess.capture("/bin/sh", ["-c", "cd \"$0\" && \(lines)", folder.url.path], timeout: 60)
    #expect(result.ending == .exited(0), "\(result.errorText)")
  }

  @Test func nothingChangesByLooking() { #expect(changes == []) }

  @Test func savesMadeInEveryWayAreSeen() throws {
    // Written in place, replaced by a new file with the time and size of the old one, made and removed.
    try run(
      "printf 22 > a/main.swift; cp -p text.txt new; mv new text.txt; echo > a/new.swift; rm a/b/c.swift")
    #expect(changes == ["a/b/c.swift", "a/main.swift", "a/new.swift", "text.txt"])
  }

  @Test func filesThatEditorsKeepBesideTheirsAreNone() throws {
    try run("touch a/.main.swift.swp a/main.swift~ 'a/#main.swift#' a/4913 a/b/.c; mkdir a/.git; touch a/.git/x.y")
    #expect(changes == [])
  }

  @Test func aFolderThatAppearsIsLookedInto() throws {
    try run("mkdir none && touch none/x.swift")
    #expect(changes == ["none/x.swift"])
  }

  @Test func aLinkInACircleIsNoEndlessFolder() throws {
    try run("ln -s .. a/up && ln -s main.swift a/link.swift")
    #expect(changes == ["a/link.swift"])
  }
}
