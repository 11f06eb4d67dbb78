import Foundation

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
  /// - Throws: ``CourseError`` if it does not build, or cannot be built because another build of the package is running:
  ///   SwiftPM would wait for the end of that one, which may be the very test that runs this.
  public func currentExecutable(of lesson: LessonEntry) throws -> String {
    switch state(of: lesson) {
    case .current: break
    case .olderThanSources where isBuilding:
      throw CourseError(
        "\(lesson.target) is older than its sources, and another build of the package is running; "
          + "run this again when that one has ended")
    case .olderThanSources: try build(lesson)
    // Only SwiftPM knows what a change of the package means for the lesson; a build that is running has decided it.
    case .olderThanPackage: if !isBuilding { try build(lesson) }
    }
    return executable(of: lesson)
  }

  /// How an executable stands to what it is made of.
  enum State { case current, olderThanPackage, olderThanSources }

  /// Compares an executable with the lesson's folder, the modules that it imports, with theirs, and `Package.swift`.
  func state(of lesson: LessonEntry) -> State {
    guard let built = modified(URL(filePath: executable(of: lesson))) else { return .olderThanSources }
    var folders = [root.appending(path: "Lessons/\(lesson.target)")]
    var seen: Set<String> = []
    while let folder = folders.popLast() {
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.contentModificationDateKey])
      // The folder itself changes when a file in it is removed.
      for file in [folder] + (files?.compactMap { $0 as? URL } ?? []) {
        if let date = modified(file), date > built { return .olderThanSources }
        if file.pathExtension == "swift" {
          folders += imports(of: file).filter { seen.insert($0).inserted }.map { root.appending(path: "Sources/\($0)") }
        }
      }
    }
    let package = modified(root.appending(path: "Package.swift"))
    return package.map { $0 > built } == true ? .olderThanPackage : .current
  }

  /// The names in a file's `import` lines.
  private func imports(of file: URL) -> [String] {
    let lines = FileManager.default.contents(atPath: file.path).map { $0.split(separator: UInt8(ascii: "\n")) } ?? []
    return lines.filter { $0.starts(with: "import ".utf8) || $0.starts(with: "internal import ".utf8) }
      .compactMap { String(decoding: $0, as: UTF8.self).split(separator: " ").last.map(String.init) }
  }

  /// Whether SwiftPM is building in the same folder: it locks a file there.
  private var isBuilding: Bool {
    let descriptor = open(scratchFolder.appending(path: ".lock").path, O_RDONLY | O_CLOEXEC)
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
