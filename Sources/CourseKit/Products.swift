import Foundation
import Notebook

/// Where SwiftPM puts the built lessons, and how to have them built.
public struct Products: Sendable {
  /// The package's root.
  public let root: URL
  /// Folder of the executables: `.build/x86_64-unknown-linux-gnu/debug`.
  public let folder: URL

  /// The products beside a program that SwiftPM built itself, otherwise those of a debug build in `.build`.
  ///
  /// - Parameter program: path of the running program.
  public init(root: URL, besideProgram program: String) {
    self.root = root
    let folder = URL(filePath: program).resolvingSymlinksInPath().deletingLastPathComponent()
    let isBuildFolder = ["debug", "release"].contains(folder.lastPathComponent)
    self.folder = isBuildFolder ? folder : root.appending(path: ".build/debug").resolvingSymlinksInPath()
  }

  /// The products in a folder.
  public init(root: URL, folder: URL) {
    self.root = root
    self.folder = folder
  }

  /// Path of this process's own program.
  public static var runningProgram: String {
    #if os(Linux)
      if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
    #endif
    return Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
  }

  /// Path of a lesson's executable, whether it is there or not.
  public func executable(of lesson: LessonEntry) -> String {
    folder.appending(path: lesson.target).path
  }

  /// Path of a lesson's executable, built first when it is missing or older than what it is made of.
  ///
  /// While another build of the package runs, which may be the very test that runs this, SwiftPM would wait for its end;
  /// then an executable that is there is taken as it is.
  ///
  /// - Throws: ``CourseError`` if it does not build, or is missing while another build runs.
  public func currentExecutable(of lesson: LessonEntry) throws -> String {
    let executable = executable(of: lesson)
    guard isStale(lesson) else { return executable }
    if !isBuilding {
      try build(lesson)
    } else if FileManager.default.fileExists(atPath: executable) {
      LiveLine.hint("course: \(lesson.target) may be older than its sources; another build of the package is running")
    } else {
      throw CourseError(
        "\(lesson.target) is not built, and another build of the package is running; run this again when that has ended"
      )
    }
    return executable
  }

  /// Whether an executable is missing, or older than the lesson's folder, the modules that it imports, with theirs, or
  /// `Package.swift`.
  func isStale(_ lesson: LessonEntry) -> Bool {
    guard let built = modified(URL(filePath: executable(of: lesson))) else { return true }
    if let package = modified(root.appending(path: "Package.swift")), package > built { return true }
    var folders = [root.appending(path: "Lessons/\(lesson.target)")]
    var seen: Set<String> = []
    while let folder = folders.popLast() {
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.contentModificationDateKey])
      // The folder itself changes when a file in it is removed.
      for file in [folder] + (files?.compactMap { $0 as? URL } ?? []) {
        // Neither exercises nor questions are in the lesson's program.
        if folder.path.contains("/Lessons/"), file.path.contains("/Exercises") || file.pathExtension == "md" {
          continue
        }
        if let date = modified(file), date > built { return true }
        if file.pathExtension == "swift" {
          folders += imports(of: file).filter { seen.insert($0).inserted }.map { root.appending(path: "Sources/\($0)") }
        }
      }
    }
    return false
  }

  /// The names in a file's `import` lines.
  private func imports(of file: URL) -> [String] {
    let lines = FileManager.default.contents(atPath: file.path).map { $0.split(separator: UInt8(ascii: "\n")) } ?? []
    return lines.filter { $0.starts(with: "import ".utf8) || $0.starts(with: "internal import ".utf8) }
      .compactMap { String(decoding: $0, as: UTF8.self).split(separator: " ").last.map(String.init) }
  }

  /// Whether SwiftPM is building in the same folder: it locks a file there, or one in the folder for temporary files that
  /// is named for it.
  private var isBuilding: Bool {
    let named = scratchFolder.path.replacing("/", with: "_") + ".lock"
    return [scratchFolder.appending(path: ".lock"), FileManager.default.temporaryDirectory.appending(path: named)]
      .contains { isLocked($0.path) }
  }

  private func isLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// SwiftPM's `--scratch-path`: `.build`.
  private var scratchFolder: URL { folder.deletingLastPathComponent().deletingLastPathComponent() }

  private func modified(_ file: URL) -> Date? {
    try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
  }

  /// The command that builds a lesson: a program's path and its arguments.
  func buildCommand(of lesson: LessonEntry) -> (executable: String, arguments: [String]) {
    let configuration = folder.lastPathComponent == "release" ? "release" : "debug"
    return (
      "/usr/bin/env",
      [
        "swift", "build", "--package-path", root.path, "--scratch-path", scratchFolder.path, "--configuration",
        configuration,
        "--product", lesson.target,
      ]
    )
  }

  private func build(_ lesson: LessonEntry) throws {
    let command = buildCommand(of: lesson)
    let process = try Subprocess.start(command.executable, command.arguments, output: STDERR_FILENO)
    let ending = try Subprocess.wait(for: process)
    guard ending == .exited(0) else { throw CourseError("\(lesson.target) does not build; its errors stand above") }
  }
}
