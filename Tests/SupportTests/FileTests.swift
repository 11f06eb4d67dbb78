import Foundation
import Support
import TestSupport
import Testing

@Suite struct FileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.path + "/" + name }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
  }

  @Test func whatIsWrittenIsRead() throws {
    for text in ["", "a", String(repeating: "some bytes\n", count: 100_000)] {
      try FileSystem.write(text, to: path("file"))
      #expect(try FileSystem.read(path("file"), limit: 1 << 21) == Array(text.utf8))
      let mapped = try MappedFile(path: path("file"))
      withExtendedLifetime(mapped) { #expect(mapped.bytes.elementsEqual(text.utf8)) }
    }
    #expect(try names == ["file"])
  }

  @Test func limitsHoldToTheByte() throws {
    try FileSystem.write([1, 2, 3], to: path("file"))
    #expect(try FileSystem.read(path("file"), limit: 3) == [1, 2, 3])
    expectError(.tooLarge, "file: is larger than 2 bytes") { try FileSystem.read(path("file"), limit: 2) }
  }

  @Test func textMustBeUTF8() throws {
    try FileSystem.write("é\nb", to: path("text"))
    #expect(try FileSystem.readText(path("text"), limit: 100) == "é\nb")
    try FileSystem.write(Array("a\nb\n".utf8) + [0xC3, 0x28], to: path("text"))
    expectError(.malformed, "text: line 3: the text is not UTF-8") { try FileSystem.readText(path("text"), limit: 100) }
  }

  /// Linux's `/proc` has files that say they are empty.
  @Test(.enabled(if: FileSystem.exists("/proc/self/status"))) func filesWithoutASizeAreRead() throws {
    #expect(try FileSystem.read("/proc/self/status", limit: 1 << 20).starts(with: "Name:".utf8))
    expectError(.tooLarge, "is larger than 10 bytes") { try FileSystem.read("/proc/self/status", limit: 10) }
  }

  @Test func aFileThatIsNotCompleteIsNeverSeen() throws {
    try FileSystem.write("old", to: path("file"))
    do {
      let file = try AtomicFile(path("file"))
      try file.append(Array("new".utf8))
      #expect(try FileSystem.read(path("file"), limit: 100) == Array("old".utf8))
      #expect(try names.count == 2)
    }
    #expect(try names == ["file"])
    #expect(try FileSystem.read(path("file"), limit: 100) == Array("old".utf8))
    let file = try AtomicFile(path("file"))
    try file.append(Array("ne".utf8))
    try file.append(Array("w".utf8))
    try file.commit()
    #expect(try FileSystem.read(path("file"), limit: 100) == Array("new".utf8))
    #expect(try names == ["file"])
  }

  @Test func aPlaceWithoutRoomIsNamed() throws {
    try FileSystem.write("x", to: path("file"))
    expectError(.inputOutput, "absent/file: cannot be written: No such file") {
      try FileSystem.write("x", to: path("absent/file"))
    }
    expectError(.inputOutput, "cannot be written: Not a directory") { try FileSystem.write("x", to: path("file/file")) }
    try FileManager.default.createDirectory(atPath: path("folder/inner"), withIntermediateDirectories: true)
    expectError(.inputOutput, "folder: cannot be written: Is a directory") {
      try FileSystem.write("x", to: path("folder"))
    }
    #expect(try names == ["file", "folder"])
  }

  @Test func whatIsNoFileIsRefusedWithoutWaiting() throws {
    try FileManager.default.createDirectory(atPath: path("folder"), withIntermediateDirectories: true)
    #expect(mkfifo(path("pipe"), 0o600) == 0)
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("nowhere"))
    for (name, kind, reason) in [
      ("folder", DataError.Kind.inputOutput, "is not a regular file but a directory"),
      ("pipe", .inputOutput, "is not a regular file"), ("link", .notFound, "is a link that leads nowhere"),
      ("absent", .notFound, "no such file"), ("absent/file", .notFound, "no such file"),
    ] {
      let line = path(name) + ": " + reason
      expectError(kind, line) { try FileSystem.read(path(name), limit: 10) }
      expectError(kind, line) { try MappedFile(path: path(name)) }
      expectError(kind, line) { try JSON(contentsOf: path(name)) }
    }
  }

  @Test func directoriesAreMadeWithThoseAbove() throws {
    for name in ["a/b//c", "a/b/c/", "a/../d"] {
      try FileSystem.makeDirectory(path(name))
      #expect(FileSystem.item(at: path(name)) == .directory)
    }
    #expect(FileSystem.names(in: folder.url.path) == ["a", "d"])
    try FileSystem.write("", to: path("file"))
    expectError(.inputOutput, "file/x: cannot be made: Not a directory") {
      try FileSystem.makeDirectory(path("file/x"))
    }
    expectError(.inputOutput, "file: cannot be made: Not a directory") { try FileSystem.makeDirectory(path("file")) }
    try FileSystem.remove(path("file"))
    expectError(.inputOutput, "file: cannot be removed: No such file") { try FileSystem.remove(path("file")) }
    #expect(FileSystem.names(in: path("file")) == nil)
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "a")
    #expect(FileSystem.item(at: path("link")) == .directory)
    #expect(FileSystem.item(at: path("link"), followingLinks: false) == .other)
  }

  @Test func namesStayInsideTheirDirectory() {
    for name in ["a", "a/b", "a..b", "..."] { #expect(FileSystem.staysInside(name)) }
    for name in ["", "/a", "..", "a/../b", "./a", "a//b", "a/", "a\0b", String(repeating: "x", count: 256)] {
      #expect(!FileSystem.staysInside(name), "\(name)")
    }
  }

  @Test func textFromAFileCannotBreakAMessage() {
    let error = DataError(.malformed, file: "f", place: quoted("a\nb\u{1B}[31m\u{202E}"), reason: "is odd")
    #expect(error.description == #"f: "a\u{a}b\u{1b}[31m\u{202e}": is odd"#)
    #expect(quoted(String(repeating: "x", count: 10_000)).count == 123)
    #expect(DataError(file: "a\nb", reason: "c").description == #"a\u{a}b: c"#)
    #expect(DataError(reason: "c").naming("f").description == "f: c")
  }
}
