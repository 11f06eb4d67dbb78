import Checkpoints
import Models
import Tensors
import TestSupport
import Testing

/// ViT and GPT-2 as transformers runs them (`vit_gpt2`, and `vit_gpt2_proj` with different widths).
@Suite struct CaptioningTests {
  /// A fixture and one of its weight files.
  struct Source: CustomTestStringConvertible {
    let fixture: String
    let weights: String
    var testDescription: String { "\(fixture)/\(weights)" }
  }

  static let sources = [
    Source(fixture: "vit_gpt2", weights: "model.safetensors"),
    Source(fixture: "vit_gpt2", weights: "pytorch_model.bin"),
    Source(fixture: "vit_gpt2_proj", weights: "model.safetensors"),
  ]

  private func model(_ source: Source, memory: WeightMemory = .mapped) throws -> VisionEncoderDecoderModel {
    let path = fixturePath(source.fixture)
    return try VisionEncoderDecoderModel(ModelDirectory(path), weights: "\(path)/\(source.weights)", memory: memory)
  }

  @Test(arguments: sources) func theLogitsAreThoseOfTransformers(_ source: Source) throws {
    let recorded = try Fixture(source.fixture + "/expected.json")
    let model = try model(source)
    let images = try fixtureImages(source.fixture)
    try noGrad {
      expectRecorded("encoder", model.encoder(images), recorded["encoder_last_hidden"])
      let logits = model(images, captions: recordedIDs(recorded["decoder_input_ids"]))
      expectRecorded("logits", logits, recorded["logits"])
      expectRecorded("logits in double precision", logits, recorded["logits_fp64"])
      let start = try #require(model.configuration.decoderStartTokenID)
      let first = model(images, captions: IntTensor([[start], [start], [start]]))[0][0]
      expectRecorded("first scores", first, recorded["greedy"]["step0_scores"])
    }
  }

  @Test(arguments: sources) func greedyCaptionsAreThoseOfTransformers(_ source: Source) throws {
    let recorded = try Fixture(source.fixture + "/expected.json")
    let model = try model(source)
    let options = GenerationOptions(length: .total(16), endTokens: model.configuration.eosTokenIDs)
    let texts = try model.generate(fixtureImages(source.fixture), options).flatMap { $0 }
    #expect(padded(texts, with: options.endTokens[0]) == recordedRows(recorded["greedy"]["ids"]))
    let lengths = texts.map { $0.tokens.count { !options.endTokens.contains($0) } }
    #expect(lengths == recorded["search_lengths"]["greedy"].integers)
  }

  @Test(arguments: sources) func beamSearchesAreThoseOfTransformers(_ source: Source) throws {
    let recorded = try Fixture(source.fixture + "/expected.json")
    let model = try model(source)
    let images = try fixtureImages(source.fixture)
    let searches = recorded.keys.filter { $0.hasPrefix("beam4_") }
    #expect(searches.count == 7)
    for name in searches {
      var search = GenerationOptions.BeamSearch(count: 4)
      let arguments = name.contains("{") ? recorded[name]["args"] : nil
      if arguments?.keys.contains("length_penalty") == true {
        search.lengthPenalty = arguments?["length_penalty"].number ?? 1
      }
      if arguments?.keys.contains("early_stopping") == true {
        search.earlyStopping = arguments?["early_stopping"].text == "never" ? .never : .whenEnoughFinished
      }
      var options = GenerationOptions(
        .beamSearch(search), length: .total(16), endTokens: model.configuration.eosTokenIDs)
      options.returnCount = name.contains("notebook") ? 1 : 4
      let texts = try model.generate(images, options).flatMap { $0 }
      let ids = padded(texts, with: options.endTokens[0])
      let scores = recorded[name]["sequences_scores"].floats
      // Relative, for scores of several hundred at a length penalty of -1.
      expectClose(name, texts.map { $0.score ?? .nan }, scores, tolerance: 1e-4, relative: 1e-6)
      let theirs = recordedRows(recorded[name]["ids"])
      #expect(theirs.count == ids.count)
      let ties = try NearTies(source.fixture, search: name)
      for image in 0..<images.shape[0] {
        let ranks = image * options.returnCount..<(image + 1) * options.returnCount
        let places = ties.places(image: image, count: options.returnCount)
        #expect(Set(ids[ranks]) == Set(theirs[ranks]), "\(name), image \(image)")
        for (rank, index) in ranks.enumerated() {
          let allowed = places[rank].map { theirs[ranks.lowerBound + $0] }
          #expect(allowed.contains(ids[index]), "\(name), image \(image), rank \(rank)")
        }
      }
    }
  }

  @Test func captionsDoNotDependOnTheBatch() throws {
    for source in Self.sources {
      let model = try model(source)
      let images = try fixtureImages(source.fixture)
      var options = GenerationOptions(
        .beamSearch(.init(count: 3)), length: .total(12), endTokens: model.configuration.eosTokenIDs)
      options.returnCount = 3
      let together = try model.generate(images, options)
      for index in 0..<images.shape[0] {
        #expect(try model.generate(images[index..<index + 1], options) == [together[index]])
      }
    }
  }

  @Test func optionsOfTheDirectoryAreFollowed() throws {
    let directory = try ModelDirectory(fixturePath("vit_gpt2"))
    let options = try GenerationOptions(directory.generationConfiguration())
    #expect(options == GenerationOptions(.greedy, length: .new(20), endTokens: [149]))
  }

  @Test func theWrongDirectoryIsNamed() throws {
    #expect {
      try VisionEncoderDecoderModel(checkpoint: fixturePath("blip2_opt"))
    } throws: { error in
      "\(error)".contains("config.json") && "\(error)".contains("vision-encoder-decoder")
    }
  }
}

/// Ranks of recorded searches whose scores are so close that rounding may swap them (`near_ties.json`).
private struct NearTies {
  private let swaps: [(image: Int, ranks: [Int])]

  init(_ fixture: String, search: String) throws {
    let list = try Fixture("near_ties.json")
    let name = search.dropFirst("beam4_".count)
    swaps = (0..<list.count).map { list[$0] }
      .filter { $0[1].text == fixture && name.hasPrefix($0[2].text) }
      .map { ($0[4].integers[0], [$0[6].integers[0], $0[7].integers[0]]) }
  }

  /// For each rank of an image the recorded ranks that may stand there.
  func places(image: Int, count: Int) -> [[Int]] {
    (0..<count).map { rank in
      let swapped = swaps.filter { $0.image == image && $0.ranks.contains(rank) }.flatMap(\.ranks)
      return ([rank] + swapped).filter { $0 < count }
    }
  }
}
