import Checkpoints
import Foundation
import Images
import Layers
import Pretrained
import Support
import Tokenizers

/// A trained model with all that belongs to it, to be written as a directory that transformers reads.
struct TrainedModel {
  /// The model.
  let model: any PretrainedModel & Module
  /// Its tokenizer.
  let tokenizer: TrainedTokenizer
  /// How its images are prepared, if it is given images.
  let processor: ImageProcessorConfiguration?
  /// How it generates text, if it does.
  var generation: GenerationConfiguration?
  /// Other modules in files of their own, which transformers passes over.
  var companions: [(file: String, module: Module)] = []

  /// A model with all that belongs to it; its tokenizer was learned.
  init(
    model: any PretrainedModel & Module, tokenizer: LearnedTokenizer, processor: ImageProcessorConfiguration,
    generation: GenerationConfiguration? = nil, companions: [(file: String, module: Module)] = []
  ) {
    (self.model, self.tokenizer, self.processor) = (model, .learned(tokenizer), processor)
    (self.generation, self.companions) = (generation, companions)
  }

  /// A model that is given texts alone, and reads them with another model's tokenizer.
  ///
  /// - Parameter tokenizer: the other model's directory.
  init(model: any PretrainedModel & Module, tokenizerOf tokenizer: String) {
    (self.model, self.tokenizer, processor) = (model, .copied(from: tokenizer), nil)
  }

  /// Writes `config.json`, `model.safetensors`, the tokenizer's files, `preprocessor_config.json` and the report, and
  /// where there is one `generation_config.json`; for a BLIP-2 also `processor_config.json`.
  ///
  /// A directory of that name holds the old model or the new one, never half of both
  /// (``ModelDestination/replace(_:)``).
  ///
  /// - Returns: the error to end with if the model had to be written under another name; else `nil`.
  /// - Throws: `DataError`, which names what cannot be written.
  func write(to destination: ModelDestination, _ report: TrainingReport) throws -> DataError? {
    try destination.replace { directory in
      try writeFiles(to: directory)
      try report.write(to: directory)
    }
  }

  private func writeFiles(to directory: String) throws {
    func path(_ name: String) -> String { "\(directory)/\(name)" }
    try model.save(to: directory)
    for (file, module) in companions {
      try SafetensorsWriter.write(
        module.namedParameters().map { TensorToWrite(name: $0.name, $0.parameter) }, to: path(file))
    }
    try tokenizer.write(to: directory)
    if let generation { try JSON.object(try generation.json()).write(to: path("generation_config.json")) }
    if let blip2 = model as? BLIP2Model {
      // How many places for an image transformers puts in front of a prompt.
      let joint: JSON = [
        "num_query_tokens": .integer(blip2.configuration.queryCount), "processor_class": "Blip2Processor",
      ]
      try joint.write(to: path("processor_config.json"))
    }
    if let processor { try FileSystem.write(processor.json(), to: path("preprocessor_config.json")) }
  }
}

/// Where a trained model's tokenizer comes from.
enum TrainedTokenizer {
  case learned(LearnedTokenizer)
  /// From another model's directory.
  case copied(from: String)

  private static let files = [
    "merges.txt", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.json",
  ]

  /// Writes the tokenizer's files.
  ///
  /// - Throws: `DataError`, which names what cannot be read or written.
  func write(to directory: String) throws {
    switch self {
    case .learned(let tokenizer): try tokenizer.write(to: directory)
    case .copied(let other):
      for file in Self.files {
        let text = try FileSystem.readText(FileSystem.join(other, file), limit: 1 << 24)
        try FileSystem.write(text, to: FileSystem.join(directory, file))
      }
    }
  }
}
