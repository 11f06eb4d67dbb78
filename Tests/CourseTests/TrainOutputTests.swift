import CourseKit
import Foundation
import TestSupport
import Testing
import Training

/// What `course train` does with whatever is at the place of its output: it replaces a model of its own, nothing else.
@Suite struct TrainOutputTests {
  /// A folder with some of each kind of thing, none of which a training wrote.
  private func strangers() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("the only copy", to: "thesis/thesis.txt")
    try folder.write("{}", to: "downloaded/config.json")
    try folder.write("weights", to: "downloaded/model.safetensors")
    try folder.write("parameters\t12\n", to: "mixed/training_report.txt")
    try folder.write("mine", to: "mixed/README.md")
    try folder.write("parameters\t12\n", to: "deep/training_report.txt")
    try folder.write("mine", to: "deep/config.json/inner")
    try folder.write("my own words\n", to: "report/training_report.txt")
    try folder.write("mine", to: "hidden/.git/HEAD")
    try folder.write("a file", to: "file")
    try folder.write("a file", to: "~")
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "empty")
    try FileManager.default.createSymbolicLink(atPath: folder.path("dangling"), withDestinationPath: "nowhere")
    try FileManager.default.createDirectory(at: folder.url.appending(path: "empty"), withIntermediateDirectories: true)
    return folder
  }

  /// All files with their contents, folders and links below a folder.
  private func inventory(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted().map { name in
      let path = folder.path(name)
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) { return "\(name) -> \(target)" }
      return "\(name): \(FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? "/")"
    }
  }

  @Test(arguments: [
    ("thesis", "holds 'thesis.txt'"), ("thesis/", "holds 'thesis.txt'"), ("thesis/../thesis", "holds 'thesis.txt'"),
    ("downloaded", "holds no training_report.txt"), ("mixed", "holds 'README.md'"),
    ("deep", "holds 'config.json', which is no regular file"), ("report", "holds no training_report.txt of a training"),
    ("hidden", "holds '.git'"), ("file", "is no directory"), ("file/", "is no directory"), ("~", "is no directory"),
    ("file/below", "Not a directory"), ("link", "is a link"), ("link/", "is a link"), ("dangling", "is a link"),
    (".", "holds "), ("..", "holds "), ("./", "holds "), ("thesis/..", "holds "), ("/", "is the root"),
    ("//", "is the root"), ("absent/..", "No such file or directory"),
    (String(repeating: "x", count: 300), "the name has more than 160 bytes"),
  ])
  func anythingElseIsRefusedBeforeTheTraining(output: String, reason: String) throws {
    let folder = try strangers()
    let before = try inventory(folder)
    // A training of so many steps would not end here.
    let result = try CourseProgram.run(
      ["train", "captioner", "--steps", "100000", "--output", output], in: folder.url.path)
    #expect(result.isRefusal("course: \(output): "), "\(result.ending) \(result.errorText)")
    #expect(result.errorText.contains(reason), "\(result.errorText)")
    #expect(try inventory(folder) == before)
  }

  @Test func theWorkingDirectoryIsNotTakenAwayEvenIfItIsEmpty() throws {
    let folder = try TemporaryFolder()
    for output in [".", "../\(folder.url.lastPathComponent)", folder.url.path + "/"] {
      let result = try CourseProgram.run(
        ["train", "captioner", "--steps", "1", "--output", output], in: folder.url.path)
      #expect(result.isRefusal("course: \(output): is the working directory"), "\(result.errorText)")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self")))
  func aPlaceThatTakesNoDirectoryIsRefusedWithTheReason() throws {
    for output in ["/proc/model", "/proc/above/model"] {
      let result = try CourseProgram.run(["train", "captioner", "--steps", "100000", "--output", output])
      #expect(result.isRefusal("course: \(output): "), "\(result.ending) \(result.errorText)")
    }
  }

  @Test(.enabled(if: getuid() != 0, "the superuser may write everywhere"))
  func aFolderWithoutWritePermissionIsRefused() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
    let result = try CourseProgram.run(["train", "captioner", "--steps", "1", "--output", folder.path("m")])
    #expect(result.errorText.hasSuffix("cannot be written: Permission denied\n"))
  }

  @Test func anEmptyDirectoryAndAModelOfItsOwnAreReplaced() throws {
    let folder = try TemporaryFolder()
    let model = folder.path("above/~model")
    try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: model)
    for seed in ["0", "-1"] {
      let result = try CourseProgram.run(
        ["train", "captioner", "--steps", "1", "--seed", seed, "--output", "above/~model/"], in: folder.url.path)
      #expect(result.ending == .exited(0), "\(result.errorText)")
      #expect(result.outputText.hasPrefix("parameters "))
      #expect(try TrainingReport(directory: model)["parameters"] != nil)
      // Neither the state nor anything hidden is left.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("above")) == ["~model"])
      let permissions = try FileManager.default.attributesOfItem(atPath: model)[.posixPermissions] as? Int
      #expect(permissions == 0o700)
    }
  }

  @Test func directoriesAboveAreMade() throws {
    let folder = try TemporaryFolder()
    let result = try CourseProgram.run(
      ["train", "captioner", "--steps", "1", "--output", "one/two/model"], in: folder.url.path)
    #expect(result.ending == .exited(0), "\(result.errorText)")
    #expect(try TrainingReport(directory: folder.path("one/two/model"))["parameters"] != nil)
  }

  /// The file of an unfinished training is replaced and removed without a question, so that it must be one.
  @Test(arguments: [[], ["--restart"]], ["file", "folder", "link"])
  func aStrangerInThePlaceOfTheStateIsRefused(flags: [String], kind: String) throws {
    let folder = try TemporaryFolder()
    switch kind {
    case "file": try folder.write("the only copy", to: "m.training")
    case "folder": try folder.write("the only copy", to: "m.training/thesis.txt")
    default:
      try folder.write("the only copy", to: "thesis.txt")
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("m.training"), withDestinationPath: "thesis.txt")
    }
    let before = try inventory(folder)
    let result = try CourseProgram.run(
      ["train", "captioner", "--steps", "1", "--output", "m"] + flags, in: folder.url.path)
    #expect(result.isRefusal("course: ./m.training: "), "\(result.errorText)")
    #expect(try inventory(folder) == before)
  }

  @Test func helpSaysWhatIsReplaced() throws {
    let result = try CourseProgram.run(["train", "--help"])
    let words = result.outputText.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("is replaced if it is empty or holds a model that this command wrote"))
  }
}
