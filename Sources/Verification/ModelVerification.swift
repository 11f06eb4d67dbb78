import Checkpoints
import Notebook
import Pretrained
import Support
import Tensors

/// A model directory with recorded inputs and results, computed again and compared: what `course verify` does.
///
/// The directory holds a published model (`config.json`, weights), `inputs.safetensors` and `expected.json`, in which
/// another implementation wrote down what it computed from these inputs.
public struct ModelVerification {
  /// The largest difference that counts as equal, by default.
  public static let defaultTolerance = 1e-4

  /// The path, as it was given.
  public let directory: String
  /// The kind of model.
  public let modelType: String
  /// The file with the weights.
  public let weights: String
  /// Which tensors of the file the model does not know; `nil` if it knows all.
  public let leftOver: String?
  /// All that was compared.
  public let comparisons: [ComparedQuantity]
  /// What is recorded, but not computed here: such a record is not verified.
  public let notComputed: [String]

  /// Reads a directory, runs its model and compares.
  ///
  /// - Parameter weights: the name of the weights' file in the directory, instead of the first one that it has.
  /// - Throws: `DataError`, in one line, if a file is missing or damaged, or the model is
  ///   not one that can be verified.
  public init(directory path: String, weights: String? = nil) throws {
    let model = try ModelDirectory(path)
    let expected = try RecordedResults(model)
    let file = try model.require(weights.map { [$0] } ?? model.weightFiles, purpose: "weights")
    var computed = ComputedResults(expected)
    var leftOver: String?
    func note(_ report: LoadReport) { leftOver = report.summary }
    do {
      try noGrad {
        switch model.configuration {
        case is CLIPConfiguration: try computed.add(CLIPModel(model, weights: file, onReport: note))
        case is CLIPResNetConfiguration: try computed.add(CLIPResNetModel(model, weights: file, onReport: note))
        case is SigLIPConfiguration: try computed.add(SigLIPModel(model, weights: file, onReport: note))
        case is ViLTConfiguration: try computed.add(ViLTForQuestionAnswering(model, weights: file, onReport: note))
        case is VisionEncoderDecoderConfiguration:
          try computed.add(VisionEncoderDecoderModel(model, weights: file, onReport: note))
        case is BLIPConfiguration where model.architectures.contains(BLIPForQuestionAnswering.architecture):
          try computed.add(BLIPForQuestionAnswering(model, weights: file, onReport: note))
        case is BLIPConfiguration: try computed.add(BLIPForConditionalGeneration(model, weights: file, onReport: note))
        case is ViTConfiguration: try computed.add(ViTForImageClassification(model, weights: file, onReport: note))
        case is DiTConfiguration: try computed.add(DiTPainterModel(model, weights: file, onReport: note))
        case is BLIP2Configuration: try computed.add(BLIP2Model(model, weights: file, onReport: note))
        default:
          throw DataError(
            .unsupported, file: path,
            reason: "models of type \(model.configuration.modelType) cannot be verified; "
              + "known are clip, siglip, vilt, vision-encoder-decoder, blip, blip-2, vit, dit-scenes")
        }
      }
    } catch let error as DataError where error.file == nil {  // of a generation as the file records it
      throw error.naming(expected.file)
    }
    self.leftOver = leftOver
    directory = path
    modelType = model.configuration.modelType
    self.weights = file
    comparisons = computed.comparisons
    let names = computed.comparisons.map(\.name)
    notComputed = expected.results.filter { !names.contains($0) }
    if comparisons.isEmpty {
      throw DataError(.notFound, file: expected.file, reason: "records no results of a model of type \(modelType)")
    }
  }

  /// The comparisons that are past a tolerance.
  public func failures(tolerance: Double = defaultTolerance) -> [ComparedQuantity] {
    comparisons.filter { !($0.difference <= tolerance) }
  }

  /// Whether everything that is recorded was computed, and nothing is past a tolerance.
  public func passes(tolerance: Double = defaultTolerance) -> Bool {
    notComputed.isEmpty && failures(tolerance: tolerance).isEmpty
  }

  /// Lines for a reader: each quantity with its largest difference, and the verdict.
  public func report(tolerance: Double = defaultTolerance) -> String {
    let failures = failures(tolerance: tolerance)
    let rows: [[Cell]] = comparisons.map { comparison in
      [
        .text(comparison.name),
        .text(comparison.difference.isFinite ? Format.scientific(comparison.difference, decimals: 1) : "-"),
        .text(comparison.difference <= tolerance ? "" : comparison.remark ?? "past the tolerance"),
      ]
    }
    var lines = ["\(directory): \(modelType), weights from \(weights)"]
    if let leftOver { lines.append(leftOver) }
    lines += TextTable(["quantity", "largest difference", ""], rows).lines
    let limit = Format.scientific(tolerance, decimals: 1)
    lines.append(
      failures.isEmpty
        ? "all \(comparisons.count) within \(limit)" : "\(failures.count) of \(comparisons.count) past \(limit)")
    if !notComputed.isEmpty {
      lines.append("\(notComputed.count) recorded, but not computed: \(notComputed.joined(separator: ", "))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A computed quantity beside the recorded one.
public struct ComparedQuantity: Equatable, Sendable {
  /// What it is, as the record names it.
  public let name: String
  /// The largest difference, infinite where the two cannot be compared; 0 or infinite for words and whole numbers.
  public let difference: Double
  /// Why they differ, where a number does not say it.
  public let remark: String?
}
