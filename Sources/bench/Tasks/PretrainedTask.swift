import Checkpoints
import Foundation
import Images
import Pretrained
import Tensors
import Tokenizers

/// What a published model does with pictures and words.
struct PretrainedTask {
  /// What comes out.
  struct Result: Encodable {
    /// Generated ids, the prompt's before them.
    var ids: [Int]?
    /// Probabilities, or the score of generated ids.
    var scores: [Float]?
    /// The words that are the answer.
    var answers: [String] = []
    var logits: [Float]?
    var peakBytes = 0
  }

  /// The model alone, on inputs that were prepared before.
  let model: () throws -> Void
  /// From pixels and words to words.
  let whole: () throws -> Result
  /// What the answer is chosen from, of generating models the scores of the first token.
  let logits: () throws -> [Float]
  /// The model up to the first token, where it writes several.
  var first: (() throws -> Void)?
  /// Writes the model into a directory.
  let save: (String) throws -> Void
}

extension PretrainedTask {
  /// What is measured of each kind of model: a file of this folder for each, and the other side in
  /// `Scripts/compare/models`.
  private static var kinds: [Kind] {
    [
      Kind(BLIPConfiguration.self, BLIPForConditionalGeneration.architecture, load: blipCaptioning),
      Kind(BLIPConfiguration.self, BLIPForQuestionAnswering.architecture, load: blipAnswering),
      Kind(BLIP2Configuration.self, load: continuing),
      Kind(CLIPConfiguration.self, load: zeroShot),
      Kind(CLIPResNetConfiguration.self, load: zeroShot),
      Kind(SigLIPConfiguration.self, load: zeroShot),
      Kind(ViLTConfiguration.self, load: answering),
      Kind(ViTConfiguration.self, load: classifying),
      Kind(VisionEncoderDecoderConfiguration.self, load: captioning),
    ]
  }

  /// A kind of model.
  private struct Kind {
    let configuration: any PretrainedConfiguration.Type
    /// The class that `architectures` names, where several kinds have the same settings.
    let architecture: String?
    let load: (Inputs) throws -> PretrainedTask

    init(
      _ configuration: any PretrainedConfiguration.Type, _ architecture: String? = nil,
      load: @escaping (Inputs) throws -> PretrainedTask
    ) {
      (self.configuration, self.architecture, self.load) = (configuration, architecture, load)
    }

    func holds(_ directory: ModelDirectory) -> Bool {
      type(of: directory.configuration) == configuration
        && (architecture.map(directory.architectures.contains) ?? true)
    }
  }

  /// Reads a model of any kind that is known.
  ///
  /// - Throws: an error in one line for files that are missing or damaged, and for models without a task.
  static func load(_ path: String, images: [String], texts: [String]) throws -> PretrainedTask {
    let inputs = try Inputs(directory: path, files: images.map { try ImageFile(contentsOf: $0) }, texts: texts)
    let directory = try ModelDirectory(path)
    guard let kind = kinds.first(where: { $0.holds(directory) }) else {
      throw BenchError(description: "\(path): there is no task for a \(directory.configuration.modelType) alone")
    }
    return try kind.load(inputs)
  }

  /// What a task is made from.
  struct Inputs {
    /// The model's directory.
    let directory: String
    let files: [ImageFile]
    let texts: [String]

    /// The pictures, upright.
    var pictures: [Image] { files.map(\.upright) }

    /// The first picture with each of the texts.
    var pairs: [(picture: Image, text: String)] { files.prefix(1).flatMap { file in texts.map { (file.upright, $0) } } }

    /// The pictures as the model takes them.
    func pixelValues() throws -> Tensor { try ImageProcessor(directory: directory)(files).pixelValues }

    /// The first picture as the model takes it, once for each text.
    func pixelValuesOfPairs() throws -> Tensor {
      try ImageProcessor(directory: directory)(files.prefix(1).flatMap { file in texts.map { _ in file } }).pixelValues
    }

    /// Texts side by side, the shorter ones filled up, and which of the tokens count: `[texts, L]`.
    func tokens(_ tokenizer: any Tokenizer) throws -> (ids: IntTensor, mask: IntTensor) {
      let encodings = try tokenizer.encode(batch: texts, padding: .longest, truncation: .modelMaxLength)
      return (IntTensor(encodings.map(\.ids)), IntTensor(encodings.map(\.attentionMask)))
    }
  }

  /// Tells on standard error what of a checkpoint is not used.
  static func show(_ report: LoadReport?) {
    guard let summary = report?.summary else { return }
    FileHandle.standardError.write(Data("bench: \(summary)\n".utf8))
  }
}
