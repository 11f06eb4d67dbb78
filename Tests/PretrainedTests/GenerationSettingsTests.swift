import Checkpoints
import Foundation
import Pretrained
import Support
import TestSupport
import Testing

/// What settings, and which names of a tied matrix, make a model write what: as transformers does it, case by case
/// (`Tests/Fixtures/generation/make_generation.py`).
@Suite struct GenerationSettingsTests {
  /// One recorded case.
  struct Case: CustomTestStringConvertible {
    let name, checkpoint, weights: String
    let configuration: Data
    let generation: Data?
    let ids: [[Int]]

    var testDescription: String { "\(checkpoint), \(name)" }

    init(_ recorded: [String: Any]) throws {
      name = try #require(recorded["name"] as? String)
      checkpoint = try #require(recorded["checkpoint"] as? String)
      weights = try #require(recorded["weights"] as? String)
      configuration = try JSONSerialization.data(withJSONObject: #require(recorded["config"]))
      let settings = recorded["generation_config"] as? [String: Any]
      generation = try settings.map { try JSONSerialization.data(withJSONObject: $0) }
      ids = try #require(recorded["ids"] as? [[Int]])
    }

    /// The names of the tied matrix: as an embedding, and as the output layer.
    var tied: (table: String, head: String) {
      checkpoint == "vit_gpt2"
        ? ("decoder.transformer.wte.weight", "decoder.lm_head.weight")
        : ("language_model.model.decoder.embed_tokens.weight", "language_model.lm_head.weight")
    }
  }

  static let cases: [Case] = {
    let file = Fixture.url("generation/cases.json")
    let list = (try? JSONSerialization.jsonObject(with: Data(contentsOf: file))) as? [[String: Any]]
    return list?.compactMap { try? Case($0) } ?? []
  }()

  @Test func allCasesAreThere() { #expect(Self.cases.count == 19) }

  @Test(arguments: cases) func textsAreThoseOfTransformers(recorded: Case) throws {
    let folder = try directory(recorded)
    let directory = try ModelDirectory(folder.url.path)
    let images = try fixtureImages(recorded.checkpoint)
    let texts: [[GeneratedText]]
    if recorded.checkpoint == "vit_gpt2" {
      let options = try GenerationOptions(directory.generationConfiguration())
      texts = try VisionEncoderDecoderModel(directory).generate(images, options)
    } else {
      let model = try BLIP2Model(directory)
      texts = try model.generate(
        images, GenerationOptions(GenerationConfiguration(languageModel: model.configuration.text)))
    }
    #expect(texts.map { $0[0].ids } == recorded.ids)
  }

  /// The model that was untied because its two matrices differ is written and read back as that.
  @Test func aModelThatIsNotTiedStaysSo() throws {
    let recorded = try #require(Self.cases.first { $0.checkpoint == "vit_gpt2" && $0.weights == "both and different" })
    let folder = try directory(recorded)
    let model = try VisionEncoderDecoderModel(checkpoint: folder.url.path)
    let copy = try TemporaryFolder()
    try model.save(to: copy.url.path)
    let images = try fixtureImages(recorded.checkpoint)
    let options = try GenerationOptions(ModelDirectory(folder.url.path).generationConfiguration())
    let again = try VisionEncoderDecoderModel(checkpoint: copy.url.path).generate(images, options)
    #expect(again.map { $0[0].ids } == recorded.ids)
  }

  @Test func anErrorInTheFileNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let refused = [
      (#"{"num_beams": 2, "do_sample": true}"#, "is not supported"),
      (#"{"num_beams": 2, "num_return_sequences": 3}"#, "3 texts for each prompt cannot be returned from 2"),
      (#"{"do_sample": true, "temperature": 0}"#, "the temperature must be above 0"),
      (#"{"repetition_penalty": -1}"#, "the repetition penalty must be above 0"),
    ]
    for (settings, reason) in refused {
      try folder.write(settings, to: "generation_config.json")
      let file = folder.path("generation_config.json")
      #expect {
        try GenerationOptions(GenerationConfiguration(contentsOf: file))
      } throws: { error in
        "\(error)".hasPrefix(file + ": ") && "\(error)".contains(reason) && error is DataError
      }
    }
  }

  /// The case's settings and weights in a directory of their own.
  private func directory(_ recorded: Case) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try recorded.configuration.write(to: folder.url.appending(path: "config.json"))
    try recorded.generation?.write(to: folder.url.appending(path: "generation_config.json"))
    let source = try Checkpoint(path: fixturePath(recorded.checkpoint + "/model.safetensors"))
    let (table, head) = recorded.tied
    let entry = try source.entry(table)
    let values = entry.float32()
    var tensors = try source.names.map { TensorToWrite(try source.entry($0)) }
    switch recorded.weights {
    case "only the output layer":
      tensors = try source.names.filter { $0 != table }.map { TensorToWrite(try source.entry($0)) }
      tensors.append(TensorToWrite(name: head, values, shape: entry.shape))
    case "both and equal": tensors.append(TensorToWrite(name: head, values, shape: entry.shape))
    case "both and different":
      let width = entry.shape[1]
      let flipped = (0..<entry.shape[0]).reversed().flatMap { values[$0 * width..<($0 + 1) * width] }
      tensors.append(TensorToWrite(name: head, flipped, shape: entry.shape))
    default: break
    }
    try SafetensorsWriter.write(tensors, to: folder.path("model.safetensors"))
    return folder
  }
}
