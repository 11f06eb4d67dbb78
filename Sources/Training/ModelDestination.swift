import Foundation
import Support

/// The directory that a training writes: what stands there before, and how the model takes its place.
///
/// Only what a training wrote is ever replaced. A path means what it means to the system: `..` and links above the
/// directory are followed, `~` is a letter, and a link in the directory's own place is refused.
struct ModelDestination {
  /// The path as it was given.
  let path: String
  /// The directory above, and the name in it; joined by `/` they lead to the directory.
  private let parent, name: String

  /// A directory to write.
  ///
  /// - Throws: `DataError` for a path that names no directory.
  init(path: String) throws(DataError) {
    self.path = path
    (parent, name) = try Self.split(path)
  }

  /// The directory above and the name in it. Both parts of `models/clip/` are found in its text; for `.` and `..` the
  /// system is asked.
  private static func split(_ path: String) throws(DataError) -> (parent: String, name: String) {
    guard !path.isEmpty else { throw DataError(reason: "the name of a model's directory is empty") }
    var text = path[...]
    while text.hasSuffix("/") { text = text.dropLast() }
    let name = text.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    if name.isEmpty { throw DataError(file: path, reason: "is the root of all directories") }
    if name == "." || name == ".." {
      guard let resolved = realpath(path, nil) else { throw DataError(file: path, reason: FileSystem.lastError) }
      defer { free(resolved) }
      return try split(String(cString: resolved))
    }
    // The states have longer names.
    guard name.utf8.count <= longestName else {
      throw DataError(file: path, reason: "the name has more than \(longestName) bytes")
    }
    let above = text.dropLast(name.count)
    return (above.isEmpty ? "." : above.hasPrefix("/") ? String(above) : "./" + above, name)
  }

  private static let longestName = 160

  /// A path beside the directory.
  private func beside(_ name: String) -> String { parent.hasSuffix("/") ? parent + name : "\(parent)/\(name)" }

  /// The path for the system: never one that begins with `~`.
  var directory: String { beside(name) }

  /// Where a training is kept while it is unfinished.
  ///
  /// - Parameter stage: the part of the training, if it has several.
  func stateFile(_ stage: String? = nil) -> String { beside("\(name).training\(stage.map { "-\($0)" } ?? "")") }

  // MARK: Before the training

  /// Makes sure that the model can be written, before any work: makes the directories above, clears away what trainings
  /// that were killed have left, and looks at what is there.
  ///
  /// - Throws: `DataError` if the place holds anything but a model that a training wrote.
  func prepare() throws(DataError) {
    if case .other(let reason) = ModelOccupant(at: directory) { throw DataError(file: path, reason: reason) }
    do {
      try FileSystem.makeDirectory(parent)
    } catch {
      throw DataError(file: path, reason: "the directory above \(error.reason)")
    }
    let probe = beside(".\(name).\(getpid()).probe")
    guard mkdir(probe, 0o777) == 0 else {
      throw DataError(file: path, reason: "cannot be written: \(FileSystem.lastError)")
    }
    rmdir(probe)
    clearLeftOvers()
    if case .other(let reason) = ModelOccupant(at: directory) { throw DataError(file: path, reason: reason) }
  }

  /// Removes what trainings into this directory have left when they were killed; a model that was just moved out of the
  /// way moves back.
  private func clearLeftOvers() {
    guard let names = FileSystem.names(in: parent) else { return }
    for entry in names {
      guard let leftOver = leftOver(entry), ModelLock.isAbandoned(beside(entry), process: leftOver.process) else {
        continue
      }
      switch leftOver.kind {
      case .state: if case .file? = FileSystem.item(at: beside(entry), followingLinks: false) { unlink(beside(entry)) }
      case .unfinished: ModelOccupant.removeModel(at: beside(entry))
      case .replaced:
        if ModelOccupant(at: directory) != .nothing || rename(beside(entry), directory) != 0 {
          ModelOccupant.removeModel(at: beside(entry))
        }
      }
    }
  }

  private enum LeftOver { case state, unfinished, replaced }

  /// What a training that was killed calls its files, and the number of its process; `nil` for any other name.
  private func leftOver(_ entry: String) -> (kind: LeftOver, process: pid_t)? {
    for (ending, kind) in [(Self.unfinished, LeftOver.unfinished), (Self.replaced, .replaced)] {
      if entry.hasPrefix(".\(name)."), entry.hasSuffix(ending), entry.count > name.count + 2 + ending.count,
        let process = pid_t(entry.dropFirst(name.count + 2).dropLast(ending.count)), process > 0
      {
        return (kind, process)
      }
    }
    // m.training.PID.X.partial or m.training-stage.PID.X.partial, as the state's file is called until it is complete.
    guard entry.hasPrefix("\(name).training") else { return nil }
    let parts = entry.dropFirst(name.count + 9).split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 4, parts[0].isEmpty || parts[0].hasPrefix("-"), parts[3] == "partial",
      let process = pid_t(parts[1]), process > 0
    {
      return (.state, process)
    }
    return nil
  }

  private static let unfinished = ".partial"
  private static let replaced = ".replaced"

  // MARK: After the training

  /// Fills a new directory, which then takes the place of the old one.
  ///
  /// Of an interruption between the two renamings both remain, and the next ``prepare()`` puts the old one back.
  ///
  /// - Parameter fill: writes the files into a directory whose path it is given.
  /// - Returns: `nil`; or if something else has taken the place meanwhile, an error that says so and names the directory
  ///   beside it that was written instead.
  /// - Throws: `DataError` if no directory can be made; whatever `fill` throws.
  func replace(_ fill: (String) throws -> Void) throws -> DataError? {
    let staging = beside(".\(name).\(getpid())\(Self.unfinished)")
    guard mkdir(staging, 0o777) == 0 else {
      throw DataError(file: path, reason: "cannot be written: \(FileSystem.lastError)")
    }
    let lock = ModelLock(staging)
    defer { lock?.release() }
    do {
      try fill(staging)
    } catch {
      ModelOccupant.removeModel(at: staging)
      throw error
    }
    return move(staging).map { reason in
      DataError(file: path, reason: "\(reason); the model was written to \(moveAside(staging)) instead")
    }
  }

  /// Gives a directory its name, and returns why that cannot be.
  private func move(_ staging: String) -> String? {
    switch ModelOccupant(at: directory) {
    case .other(let reason): return reason
    case .nothing: break
    // Renaming replaces an empty directory; who may read it stays.
    case .empty(let permissions): chmod(staging, permissions)
    case .model(let permissions):
      chmod(staging, permissions)
      let old = beside(".\(name).\(getpid())\(Self.replaced)")
      guard rename(directory, old) == 0 else { return "cannot be replaced: \(FileSystem.lastError)" }
      // Something may have come into it since it was looked at.
      if case .other(let reason) = ModelOccupant(at: old) {
        rename(old, directory)
        return reason
      }
      guard rename(staging, directory) == 0 else {
        let reason = FileSystem.lastError
        rename(old, directory)
        return "cannot be replaced: \(reason)"
      }
      ModelOccupant.removeModel(at: old)
      return nil
    }
    return rename(staging, directory) == 0 ? nil : "cannot be written: \(FileSystem.lastError)"
  }

  /// Gives a directory a free name beside the one that it should have, and returns the path.
  private func moveAside(_ staging: String) -> String {
    for number in 2...999 {
      let other = beside("\(name)-\(number)")
      // Renaming would replace an empty directory.
      if ModelOccupant(at: other) == .nothing, rename(staging, other) == 0 { return other }
    }
    return staging
  }
}

/// The lock of a file or directory, which the system takes back when the process ends, however it ends.
private struct ModelLock {
  private let descriptor: Int32

  /// Takes the lock; `nil` if another process has it, or it cannot be had.
  init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  /// Gives the lock back.
  func release() { close(descriptor) }

  /// Whether a process that has ended left this file or directory: nobody holds its lock, and the process is gone, or its
  /// number has been given to another one and the file is a minute old.
  static func isAbandoned(_ path: String, process: pid_t) -> Bool {
    guard let lock = ModelLock(path) else { return false }
    defer { lock.release() }
    if kill(process, 0) != 0, errno == ESRCH { return true }
    var status = stat()
    #if canImport(Darwin)
      return lstat(path, &status) == 0 && time(nil) - status.st_mtimespec.tv_sec > 60
    #else
      return lstat(path, &status) == 0 && time(nil) - status.st_mtim.tv_sec > 60
    #endif
  }
}
