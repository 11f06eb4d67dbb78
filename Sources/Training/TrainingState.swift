import Checkpoints
import Foundation
import Layers
import Support
import Tensors

/// The state of a training: the step, the parameters, the optimizer's running means, those of the parameters, the losses,
/// and the place in the stream of random numbers. Training that goes on from a saved state ends with the same bytes as
/// training that ran through.
///
/// The file is a safetensors file, written beside its name and renamed, so a training that is killed while it saves
/// finds the state before.
struct TrainingState {
  let path: String
  let plan: TrainingPlan

  private static let planKey = "plan"
  private static let stepKey = "step"
  private static let generatorName = "generator"
  private static let lossesName = "losses"

  /// Saves the state before step `step`.
  func save(
    step: Int, model: Module, optimizer: TrainingOptimizer, average: WeightAverage?, generator: Generator,
    losses: [Float]
  ) throws {
    let parameters = model.namedParameters(removingDuplicates: true)
    var tensors = parameters.map { name, parameter in
      TensorToWrite(name: "parameter.\(name)", parameter.scalars, shape: parameter.shape)
    }
    tensors += optimizer.saved
    for ((name, _), mean) in zip(parameters, average?.means ?? []) {
      tensors.append(TensorToWrite(name: "average.\(name)", mean.scalars, shape: mean.shape))
    }
    tensors.append(TensorToWrite(name: Self.lossesName, losses, shape: [losses.count]))
    let bytes = generator.state.bytes
    tensors.append(
      TensorToWrite(name: Self.generatorName, elementType: .uint8, shape: [bytes.count]) { body in
        try bytes.withUnsafeBytes(body)
      })
    try SafetensorsWriter.write(
      tensors, to: path, metadata: [Self.planKey: plan.fingerprint, Self.stepKey: String(step)])
  }

  /// Brings model, optimizer and generator to where they were saved.
  ///
  /// - Returns: the next step; `nil`, and nothing is changed, if there is no saved state.
  /// - Throws: `DataError` if the state is of another plan or another model, or is damaged.
  func restore(
    model: Module, optimizer: TrainingOptimizer, average: WeightAverage?, generator: Generator,
    losses: inout [Float]
  ) throws -> Int? {
    guard FileSystem.exists(path) else { return nil }
    let saved = try Checkpoint(path: path)
    guard saved.metadata[Self.planKey] == plan.fingerprint,
      let step = saved.metadata[Self.stepKey].flatMap({ Int($0) }), (0...plan.steps).contains(step)
    else {
      throw DataError(
        file: path,
        reason: "holds an unfinished training of another plan (\(saved.metadata[Self.planKey] ?? "unknown")); "
          + "finish it, or start over with --restart")
    }
    // Everything is read before anything is changed.
    let parameters = model.namedParameters(removingDuplicates: true)
    let values = try parameters.map { try saved.tensor("parameter.\($0.name)", shape: $0.parameter.shape) }
    let restoreOptimizer = try optimizer.restoring(saved)
    let means = try average.map { _ in
      try parameters.map { try saved.tensor("average.\($0.name)", shape: $0.parameter.shape) }
    }
    let bytes = try saved.tensor(Self.generatorName, shape: [Generator.State.byteCount]).scalars.map { value in
      guard let byte = UInt8(exactly: value) else {
        throw DataError(file: path, reason: "\(Self.generatorName): \(value) is no byte")
      }
      return byte
    }
    let state = try Generator.State(bytes: bytes)
    losses = try saved.tensor(Self.lossesName, shape: [step]).scalars
    for ((_, parameter), value) in zip(parameters, values) { parameter.assign(value) }
    restoreOptimizer()
    if let average, let means { for (own, value) in zip(average.means, means) { own.assign(value) } }
    generator.state = state
    return step
  }

  /// Forgets the saved state.
  ///
  /// - Throws: `DataError`, and nothing is removed, if the file is no saved state.
  func remove() throws(DataError) {
    try requireOwn()
    if FileSystem.exists(path) { try FileSystem.remove(path) }
  }

  /// Makes sure that the file, if there is one, is the saved state of a training: whole, damaged or of another plan.
  ///
  /// - Throws: `DataError` for anything else, which saving and removing would destroy.
  func requireOwn() throws(DataError) {
    guard FileSystem.exists(path), !Self.isState(path) else { return }
    throw DataError(
      file: path,
      reason: "is where the training would be kept, but no training wrote it; move it away, or give another output")
  }

  /// Whether a file begins as a saved state does: with the header of a safetensors file that names a plan and a step.
  private static func isState(_ path: String) -> Bool {
    guard case .file? = FileSystem.item(at: path, followingLinks: false), let file = try? MappedFile(path: path) else {
      return false
    }
    return withExtendedLifetime(file) {
      guard file.bytes.count > 8 else { return false }
      let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
      guard length <= min(longestHeader, UInt64(file.bytes.count - 8)),
        case .object(let header)? = try? JSON(
          parsing: UnsafeRawBufferPointer(rebasing: file.bytes[8..<8 + Int(length)]), file: path),
        case .object(let metadata)? = header["__metadata__"]
      else { return false }
      return metadata[planKey] != nil && metadata[stepKey] != nil
    }
  }

  /// Ten times what the header of the largest model's state has.
  private static let longestHeader: UInt64 = 1 << 20
}
