import Checkpoints
import Foundation
import Images
import Layers
import Support
import Tensors
import TestSupport
import Testing

@testable import Pretrained

/// TrOCR as transformers runs it: `trocr_base` with learned positions, `trocr_stage1` with computed ones.
@Suite struct TrOCRTests {
  private func settings(_ decoder: String) throws -> VisionEncoderDecoderConfiguration {
    let text = #"{"model_type": "vision-encoder-decoder", "encoder": {"hidden_size": 768}, "decoder": \#(decoder)}"#
    guard case .object(let object) = try Array(text.utf8).withUnsafeBytes({ try JSON(parsing: $0, file: "c") }) else {
      throw DataError(reason: "no object")
    }
    return try VisionEncoderDecoderConfiguration(object, file: "config.json")
  }

  @Test(arguments: ["trocr_base", "trocr_stage1"], ["beams1", "beams4"])
  func picturesAreReadAsRecorded(fixture: String, search: String) throws {
    let (folder, expected) = (try TaskFixture.directory(fixture), try Fixture("\(fixture)/answers.json")[search])
    let reader = try Captioning(directory: folder.url.path)
    let options = try reader.options(beams: search == "beams1" ? 1 : 4, maximumLength: 14)
    let images = try TaskFixture.pictures.map { try ImageFile(contentsOf: $0).upright }
    let texts = try reader(images, options).flatMap { $0 }
    let longest = texts.map(\.ids.count).max() ?? 0
    let rows = texts.map { $0.ids + Array(repeating: reader.paddingToken(options), count: longest - $0.ids.count) }
    #expect(rows == expected["ids"].rows)
    #expect(texts.map(\.text) == expected["captions"].texts)
    if search == "beams4" { expectClose("scores", texts.map(\.score), expected["scores"].floats, tolerance: 1e-4) }
  }

  @Test func aTextByItselfNeedsNoImage() throws {
    let model = try VisionEncoderDecoderModel(checkpoint: fixturePath("trocr_base"))
    let logits = noGrad { model.decoder(IntTensor([[2, 5, 9]])) }
    #expect(logits.shape == [1, 3, 120] && logits.scalars.allSatisfy(\.isFinite))
  }

  @Test func crossAttentionIsRecordedForEveryLayer() throws {
    for fixture in ["trocr_base", "trocr_stage1"] {
      let model = try VisionEncoderDecoderModel(checkpoint: fixturePath(fixture))
      let weights = AttentionRecorder(
        model, try fixtureImages(fixture), captions: IntTensor([[2, 3, 4], [2, 5, 6], [2, 7, 8]])
      ).weights
      #expect(weights.map(\.shape) == [[3, 4, 3, 17], [3, 4, 3, 17]])
      for layer in weights { #expect((layer.sum(dim: -1) - 1).abs().max().item < 1e-6) }
    }
  }

  /// The padding token's position is zero wherever it stands, and odd widths end with a zero.
  @Test func computedPositionsFollowThePaddingToken() throws {
    var settings = TrOCRConfiguration()
    (settings.vocabularySize, settings.hiddenSize, settings.headCount, settings.layerCount) = (9, 5, 1, 0)
    settings.learnsPositions = false
    settings.normalizesEmbedding = false
    settings.tiesWordEmbeddings = false
    let decoder = TrOCRDecoder(settings)
    for (name, parameter) in decoder.namedParameters() {
      // Tokens are zero and the output layer hands its input on.
      let rows = name.hasPrefix("output") ? Tensor.eye(5).scalars + [Float](repeating: 0, count: 20) : []
      parameter.assign(rows.isEmpty ? .zeros(parameter.shape) : Tensor(rows, shape: parameter.shape))
    }
    let states = noGrad { decoder(IntTensor([[3, 1, 4]])) }[0]
    func position(_ place: Double) -> [Double] {
      let slow = place * ElementaryDouble.exp(-ElementaryDouble.log(10_000))
      return [
        ElementaryDouble.sin(place), ElementaryDouble.sin(slow), ElementaryDouble.cos(place),
        ElementaryDouble.cos(slow), 0,
      ]
    }
    expectClose("first", Array(states[0].scalars.prefix(5)), position(2), tolerance: 1e-6)
    #expect(states[1].scalars.allSatisfy { $0 == 0 })
    expectClose("third", Array(states[2].scalars.prefix(5)), position(4), tolerance: 1e-6)
  }

  // MARK: Settings

  /// Those of `TrOCRConfig()` in transformers 5.24.
  @Test func missingSettingsHaveTheDefaultsOfTransformers() throws {
    guard case .trocr(let decoder) = try settings(#"{"model_type": "trocr"}"#).decoder else {
      Issue.record("no TrOCR")
      return
    }
    #expect(decoder == TrOCRConfiguration())
    #expect(decoder.hiddenSize == 1024 && decoder.layerCount == 12 && decoder.headCount == 16)
    #expect(decoder.vocabularySize == 50265 && decoder.positionCount == 512 && decoder.intermediateSize == 4096)
    guard
      case .trocr(let other) = try settings(#"{"model_type": "trocr", "hidden_size": 64, "num_hidden_layers": 3}"#)
        .decoder
    else { return }
    #expect(other.hiddenSize == 64 && other.layerCount == 3)
  }

  @Test func settingsThatContradictEachOtherAreNamed() {
    for (decoder, words) in [
      (#"{"cross_attention_hidden_size": 24}"#, "decoder.cross_attention_hidden_size: is 24, but encoder.hidden_size"),
      (#"{"decoder_attention_heads": 3}"#, "decoder.decoder_attention_heads: 3 attention heads do not divide d_model"),
      (#"{"use_learned_position_embeddings": false, "pad_token_id": null}"#, "decoder.pad_token_id: is no token"),
      (#"{"use_learned_position_embeddings": false, "pad_token_id": -1}"#, "decoder.pad_token_id: is no token"),
      (
        #"{"use_learned_position_embeddings": false, "pad_token_id": 2000000000}"#,
        "decoder.pad_token_id: is 2000000000"
      ),
      (
        #"{"use_learned_position_embeddings": false, "max_position_embeddings": 2000000000}"#,
        "decoder.max_position_embeddings: is 2000000000; of positions"
      ),
      (
        #"{"use_learned_position_embeddings": false, "d_model": 3, "decoder_attention_heads": 1}"#,
        "decoder.d_model: is 3, but positions"
      ),
      (#"{"scale_embedding": 1}"#, "decoder.scale_embedding: is the number 1, not true or false"),
    ] {
      let typed = decoder.replacingOccurrences(of: "{", with: #"{"model_type": "trocr", "#)
      let refusal = message { _ = try settings(typed) }
      #expect(refusal.contains(words) && !refusal.contains("\n"), "\(refusal)")
    }
    #expect(message { _ = try settings(#"{"model_type": "bart"}"#) }.contains("known here: gpt2, trocr"))
  }

  /// Sizes of `microsoft/trocr-base-printed`: 333,921,792 parameters with the encoder's pooler, which nobody uses.
  @Test func thePublishedModelHasItsParameters() {
    var configuration = VisionEncoderDecoderConfiguration()
    configuration.encoder.imageSize = Extent(384)
    configuration.encoder.hasAttentionBias = false
    var decoder = TrOCRConfiguration()
    decoder.crossAttentionSize = 768
    configuration.decoder = .trocr(decoder)
    let model = Initialization.shapesOnly { VisionEncoderDecoderModel(configuration) }
    #expect(model.parameterCount == 333_921_792 - (768 * 768 + 768))
  }

  // MARK: Files

  /// Older files of computed positions hold a number that stands for nothing.
  @Test func whatOlderFilesHoldBesideIsIgnored() throws {
    let folder = try TaskFixture.directory("trocr_stage1")
    let source = try Checkpoint(path: Fixture.url("trocr_stage1/model.safetensors").path)
    let buffer = TensorToWrite(
      name: "decoder.model.decoder.embed_positions._float_tensor", [Float(0)], shape: [1])
    let pooler = TensorToWrite(name: "encoder.pooler.dense.bias", [Float(0)], shape: [1])
    try SafetensorsWriter.write(
      source.names.map { TensorToWrite(try source.entry($0)) } + [buffer, pooler], to: folder.path("model.safetensors"))
    var summary: String?
    _ = try VisionEncoderDecoderModel(checkpoint: folder.url.path) { summary = $0.summary }
    #expect(summary == nil)
  }

  @Test func aMissingTensorIsNamed() throws {
    let folder = try TaskFixture.directory("trocr_base")
    let source = try Checkpoint(path: Fixture.url("trocr_base/model.safetensors").path)
    let name = "decoder.model.decoder.layers.1.encoder_attn.k_proj.weight"
    try SafetensorsWriter.write(
      source.names.filter { $0 != name }.map { TensorToWrite(try source.entry($0)) },
      to: folder.path("model.safetensors"))
    #expect(
      message { _ = try VisionEncoderDecoderModel(checkpoint: folder.url.path) }.hasSuffix(
        "lacks 1 tensors of the model: \"\(name)\""))
  }

  @Test func aDecoderByItselfIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(#"{"model_type": "trocr"}"#, to: "config.json")
    let refusal = message { _ = try Captioning(directory: folder.url.path) }
    #expect(refusal.contains("the decoder of a TrOCR by itself"), "\(refusal)")
  }
}
