import Checkpoints
import Foundation
import Images
import Layers
import Tensors
import Tokenizers

/// A trained model with all that belongs to it, to be written as a directory that transformers reads.
public struct TrainedModel {
  /// The model's settings.
  public let configuration: ModelConfiguration
  /// The class of transformers that the weights belong to, such as `CLIPModel`.
  public let architecture: String
  /// The model.
  public let model: Module
  /// Its tokenizer.
  public let tokenizer: LearnedTokenizer
  /// How its images are prepared.
  public let processor: ImageProcessorConfiguration
  /// How it generates text, if it does.
  public let generation: GenerationConfiguration?
  /// Other modules in files of their own, which transformers passes over.
  public let companions: [(file: String, module: Module)]

  /// Brings together what was trained.
  public init(
    configuration: ModelConfiguration, architecture: String, model: Module, tokenizer: LearnedTokenizer,
    processor: ImageProcessorConfiguration, generation: GenerationConfiguration? = nil,
    companions: [(file: String, module: Module)] = []
  ) {
    self.configuration = configuration
    self.architecture = architecture
    self.model = model
    self.tokenizer = tokenizer
    self.processor = processor
    self.generation = generation
    self.companions = companions
  }

  /// Writes `config.json`, `model.safetensors`, the tokenizer's files, `preprocessor_config.json`, and where there is one
  /// `generation_config.json`; for a BLIP-2 also `processor_config.json`.
  ///
  /// All files are written to a new directory beside `path`, which then takes its place: a directory of that name holds
  /// the old model or the new one, never half of both; of an interruption between the two renamings both remain, under
  /// hidden names. Everything else that was in the old directory is gone.
  ///
  /// - Throws: ``TrainingError``, `CheckpointError` or `TokenizerError`, which name what cannot be written.
  public func write(to path: String) throws {
    let files = FileManager.default
    let target = URL(filePath: path).standardizedFileURL
    let staging = target.deletingLastPathComponent()
      .appending(path: ".\(target.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial")
    do {
      try? files.removeItem(at: staging)
      try files.createDirectory(at: staging, withIntermediateDirectories: true)
    } catch {
      throw TrainingError(file: path, reason: "the directory cannot be written")
    }
    do {
      try writeFiles(to: staging)
      let old = staging.appendingPathExtension("old")
      let isReplaced = files.fileExists(atPath: target.path(percentEncoded: false))
      if isReplaced { try files.moveItem(at: target, to: old) }
      do {
        try files.moveItem(at: staging, to: target)
      } catch {
        if isReplaced { try? files.moveItem(at: old, to: target) }
        throw error
      }
      try? files.removeItem(at: old)
    } catch {
      try? files.removeItem(at: staging)
      throw error is CocoaError ? TrainingError(file: path, reason: "the directory cannot be replaced") : error
    }
  }

  private func writeFiles(to directory: URL) throws {
    func path(_ name: String) -> String { directory.appending(path: name).path(percentEncoded: false) }
    try configuration.write(to: path("config.json"), architecture: architecture)
    for (file, module) in [("model.safetensors", model)] + companions {
      try SafetensorsWriter.write(
        module.namedParameters().map { TensorToWrite(name: $0.name, $0.parameter.scalars, shape: $0.parameter.shape) },
        to: path(file))
    }
    try tokenizer.write(to: directory.path(percentEncoded: false))
    if let generation { try JSON.object(try generation.json()).write(to: path("generation_config.json")) }
    if case .blip2(let settings) = configuration {
      // How many places for an image transformers puts in front of a prompt.
      var joint = JSON.Object()
      _ = joint.append("num_query_tokens", .integer(settings.queryCount))
      _ = joint.append("processor_class", .string("Blip2Processor"))
      try JSON.object(joint).write(to: path("processor_config.json"))
    }
    do {
      try Data(processor.json().utf8).write(to: directory.appending(path: "preprocessor_config.json"))
    } catch {
      throw TrainingError(file: path("preprocessor_config.json"), reason: "cannot be written")
    }
  }
}
