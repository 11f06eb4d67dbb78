import Checkpoints
import Foundation
import Support
import TestSupport
import Testing

@testable import Training

/// What happens to the place of a model while it is trained, and to what killed trainings have left.
@Suite struct ModelDestinationTests {
  private func train(_ output: String, onStep: @escaping TrainingProgress = { _, _, _ in }) throws -> TrainingReport {
    try Trainer.captioner.train(TrainingOptions(output: output, steps: 1), onStep: onStep)
  }

  private func names(_ folder: TemporaryFolder, _ name: String = ".") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(name)).sorted()
  }

  /// The number of a process that has ended.
  private func endedProcess() throws -> pid_t {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "exit 0"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  /// Writes a model with a single file beside its report.
  private func write(_ text: String, to destination: ModelDestination) throws -> DataError? {
    var report = TrainingReport()
    report.add("parameters", text)
    return try destination.replace { directory in
      try report.write(to: directory)
      try text.write(toFile: "\(directory)/config.json", atomically: true, encoding: .utf8)
    }
  }

  @Test(arguments: Trainer.allCases)
  func everyFileOfAModelIsKnownAsOne(trainer: Trainer) throws {
    let written = try FileManager.default.contentsOfDirectory(atPath: trainer.checkpoint.directory)
    #expect(Set(written).subtracting(ModelOccupant.fileNames) == [])
    #expect(try TrainingReport(directory: trainer.checkpoint.directory)["parameters"] != nil)
  }

  @Test func whatComesIntoTheDirectoryDuringTheTrainingIsKept() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("m")
    _ = try train(output)
    let error = #expect(throws: DataError.self) {
      _ = try train(output) { _, _, _ in try folder.write("the only copy", to: "m/thesis.txt") }
    }
    #expect(
      error?.description
        == "\(output): holds 'thesis.txt', which no training writes; nothing is replaced; the model was written to "
        + "\(output)-2 instead")
    #expect(try String(contentsOfFile: folder.path("m/thesis.txt"), encoding: .utf8) == "the only copy")
    #expect(try names(folder) == ["m", "m-2"])
    #expect(try names(folder, "m") == (names(folder, "m-2") + ["thesis.txt"]).sorted())
  }

  @Test(arguments: ["file", "link"])
  func whatTakesThePlaceDuringTheTrainingIsKept(kind: String) throws {
    let folder = try TemporaryFolder()
    let output = folder.path("m")
    try FileManager.default.createDirectory(atPath: folder.path("m-2"), withIntermediateDirectories: true)
    let error = #expect(throws: DataError.self) {
      _ = try train(output) { _, _, _ in
        if kind == "file" {
          try folder.write("the only copy", to: "m")
        } else {
          try FileManager.default.createSymbolicLink(atPath: output, withDestinationPath: "m-2")
        }
      }
    }
    #expect(error?.description.hasSuffix("the model was written to \(output)-3 instead") == true, "\(error as Any)")
    #expect(try names(folder) == ["m", "m-2", "m-3"] && names(folder, "m-2") == [])
    #expect(try TrainingReport(directory: folder.path("m-3"))["parameters"] != nil)
  }

  @Test func aModelThatCannotBeFilledLeavesNothing() throws {
    struct Failure: Error {}
    let folder = try TemporaryFolder()
    let destination = try ModelDestination(path: folder.path("m"))
    #expect(throws: Failure.self) {
      _ = try destination.replace { directory in
        try "half".write(toFile: "\(directory)/config.json", atomically: true, encoding: .utf8)
        throw Failure()
      }
    }
    #expect(try names(folder) == [])
  }

  @Test func whatKilledTrainingsLeftIsRemovedByTheNext() throws {
    let folder = try TemporaryFolder()
    let ended = try endedProcess()
    try folder.write("half", to: "m.training.\(ended).1a2b3c.partial")
    try folder.write("half", to: "m.training-stage.\(ended).1a2b3c.partial")
    try folder.write("half", to: ".m.\(ended).partial/config.json")
    try folder.write("half", to: ".m.\(ended).partial/model.safetensors.\(ended).x1.partial")
    try folder.write("old", to: ".m.\(ended).replaced/config.json")
    #expect(try write("1", to: ModelDestination(path: folder.path("m"))) == nil)
    try ModelDestination(path: folder.path("m")).prepare()
    #expect(try names(folder) == ["m"])
  }

  @Test func whatIsNotLeftByAKilledTrainingStays() throws {
    let folder = try TemporaryFolder()
    let ended = try endedProcess()
    let strangers = [
      ".m.\(ended).partial", "m.training.\(ended).partial", "m.training.x.y.partial", "m.training.\(ended).x.part",
      "n.training.\(ended).x.partial", ".m.\(ended)partial", ".m.partial", ".m..partial", "mm.\(ended).x.partial",
    ]
    #expect(try write("1", to: ModelDestination(path: folder.path("m"))) == nil)
    for name in strangers { try folder.write("mine", to: name) }
    // A directory of a dead training into which somebody has put a file loses only the training's own.
    try folder.write("half", to: ".m.\(ended).replaced/config.json")
    try folder.write("mine", to: ".m.\(ended).replaced/thesis.txt")
    // This process is alive, and its files are new.
    let live = [".m.\(getpid()).partial", "m.training.\(getpid()).x.partial"]
    try folder.write("half", to: "\(live[0])/config.json")
    try folder.write("half", to: live[1])
    try ModelDestination(path: folder.path("m")).prepare()
    #expect(try Set(names(folder)).isSuperset(of: strangers + live + [".m.\(ended).replaced"]))
    #expect(try names(folder, ".m.\(ended).replaced") == ["thesis.txt"])
    #expect(try names(folder, live[0]) == ["config.json"])
  }

  @Test func aModelThatWasMovedAwayWhenATrainingWasKilledComesBack() throws {
    let folder = try TemporaryFolder()
    let ended = try endedProcess()
    let destination = try ModelDestination(path: folder.path("m"))
    #expect(try write("1", to: destination) == nil)
    // Where a training is killed between its two renamings.
    try FileManager.default.moveItem(atPath: folder.path("m"), toPath: folder.path(".m.\(ended).replaced"))
    try folder.write("new", to: ".m.\(ended).partial/config.json")
    try destination.prepare()
    #expect(try names(folder) == ["m"])
    #expect(try String(contentsOfFile: folder.path("m/config.json"), encoding: .utf8) == "1")
  }

  /// A state is written under a name that the next training knows, and locked: as long as the writer lives, nobody takes
  /// it for a left-over, whatever process its name says.
  @Test func aStateThatIsBeingWrittenIsKnownAndLocked() throws {
    let folder = try TemporaryFolder()
    let ended = try endedProcess()
    let destination = try ModelDestination(path: folder.path("m"))
    var seen: [String] = []
    let tensor = TensorToWrite(name: "w", elementType: .uint8, shape: [1]) { body in
      seen = try names(folder)
      let renamed = folder.path("m.training.\(ended).x.partial")
      try FileManager.default.linkItem(atPath: folder.path(seen[0]), toPath: renamed)
      try destination.prepare()
      #expect(FileManager.default.fileExists(atPath: renamed))
      try withUnsafeBytes(of: UInt8(0)) { try body($0) }
    }
    try SafetensorsWriter.write([tensor], to: destination.stateFile())
    #expect(seen.count == 1 && seen.first?.hasPrefix("m.training.\(getpid()).") == true)
    #expect(try names(folder).count == 2)
    try destination.prepare()
    // Now it is a second name of the finished file, whose writer is gone.
    #expect(try names(folder) == ["m.training"])
  }

  @Test func aDamagedStateAndOneOfAnotherPlanCanBeForgotten() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("m.training")
    let state = TrainingState(path: path, plan: CaptionerTraining.plan)
    for damage in [0, 5] {
      try SafetensorsWriter.write(
        [TensorToWrite(name: "w", [1, 2, 3], shape: [3])], to: path, metadata: ["plan": "another", "step": "7"])
      let bytes = try Data(contentsOf: URL(filePath: path))
      try bytes.dropLast(damage).write(to: URL(filePath: path))
      try state.remove()
      #expect(try names(folder) == [])
    }
    try state.remove()
  }

  @Test(arguments: [[:], ["plan": "x"], ["step": "1"]])
  func aWeightsFileIsNoState(metadata: [String: String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("m.training")
    try SafetensorsWriter.write([TensorToWrite(name: "w", [1], shape: [1])], to: path, metadata: metadata)
    #expect(throws: DataError.self) { try TrainingState(path: path, plan: CaptionerTraining.plan).remove() }
    #expect(try names(folder) == ["m.training"])
  }

  @Test(arguments: [0, -1, Int.max, Int.min])
  func aNumberOfStepsThatCannotBeIsAnError(steps: Int) throws {
    let folder = try TemporaryFolder()
    #expect(throws: DataError.self) {
      try Trainer.vqa.train(TrainingOptions(output: folder.path("m"), steps: steps)) { _, _, _ in }
    }
    #expect(try names(folder) == [])
  }
}
