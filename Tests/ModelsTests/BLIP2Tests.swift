import Checkpoints
import Models
import Tensors
import TestSupport
import Testing

/// BLIP-2 with an OPT as transformers runs it (`blip2_opt`).
@Suite struct BLIP2Tests {
  private let recorded: Fixture
  private let model: BLIP2Model
  private let images: Tensor

  init() throws {
    recorded = try Fixture("blip2_opt/expected.json")
    model = try BLIP2Model(checkpoint: fixturePath("blip2_opt"))
    images = try fixtureImages("blip2_opt")
  }

  private func options(_ method: GenerationOptions.Method = .greedy) -> GenerationOptions {
    GenerationOptions(method, length: .new(10), endTokens: model.configuration.text.eosTokenIDs)
  }

  private func ids(_ texts: [[GeneratedText]]) -> [[Int]] { padded(texts.flatMap { $0 }, with: 1) }

  @Test func everyPartGivesTheNumbersOfTransformers() throws {
    try noGrad {
      let states = model.visionModel(images)
      expectRecorded("vision", states, recorded["vision_last_hidden"])
      expectRecorded("pooler", model.visionModel.pooled(states), recorded["vision_pooler"])
      expectRecorded("Q-Former", model.queryOutput(images), recorded["qformer_output"])
      expectRecorded("projection", model.imageTokens(images), recorded["language_projection"])
      let logits = try model(images, ids: recordedIDs(recorded["input_ids"]))
      expectRecorded("logits", logits, recorded["logits"], tolerance: 2e-5)
    }
  }

  @Test func textsAreThoseOfTransformers() throws {
    #expect(try ids(model.generate(images, options())) == recordedRows(recorded["generate_no_prompt"]))
    let all = recordedIDs(recorded["input_ids"])
    let prompts = [all[0].scalars, all[1].scalars]
    #expect(prompts[0] == model.prompt(Array(prompts[0].suffix(5))))
    let greedy = try model.generate(images, prompts: prompts, options())
    #expect(ids(greedy) == recordedRows(recorded["generate_prompt"]))
    #expect(
      greedy.flatMap { $0 }.map(\.tokens)
        == recordedRows(recorded["legacy_prepend"]["generate_from_inputs_embeds_only"]))
    let beams = try model.generate(images, prompts: prompts, options(.beamSearch(.init(count: 3))))
    #expect(ids(beams) == recordedRows(recorded["generate_prompt_beam3"]))
  }

  @Test func promptsOfDifferentLengthsGiveWhatPaddedOnesGive() throws {
    let padded = recorded["padded"]
    let attended = recordedIDs(padded["attention_mask"])
    let rows = recordedIDs(padded["input_ids"])
    let prompts = (0..<2).map { row in
      zip(rows[row].scalars, attended[row].scalars).filter { $0.1 == 1 }.map { $0.0 }
    }
    #expect(prompts[0].count < prompts[1].count)
    let texts = try model.generate(images, prompts: prompts, options()).flatMap { $0 }
    let theirs = recordedRows(padded["generate"])
    for (row, text) in texts.enumerated() { #expect(text.ids == Array(theirs[row].suffix(text.ids.count))) }
    for (row, prompt) in prompts.enumerated() {
      let logits = try noGrad { try model(images[row..<row + 1], ids: IntTensor([prompt])) }
      let last = padded["logits_last_position"]
      expectClose(
        "logits", logits[0][prompt.count - 1].scalars, Array(last["data"].floats[row * 140..<(row + 1) * 140]),
        tolerance: 2e-5)
    }
    // A text is the same, to the byte, whatever stands beside it.
    for row in 0..<2 {
      let alone = try model.generate(
        images[row..<row + 1], prompts: [prompts[row]], options(.beamSearch(.init(count: 3))))
      let beside = try model.generate(images, prompts: prompts, options(.beamSearch(.init(count: 3))))
      #expect(alone == [beside[row]])
    }
  }

  @Test func promptsThatDoNotFitAreRefused() throws {
    #expect(throws: GenerationError.self) { try model.generate(images, prompts: [[2, 20], [2, 30]], options()) }
    #expect(throws: GenerationError.self) { try model.generate(images, prompts: [model.prompt([2])], options()) }
    #expect {
      try model.generate(images, prompts: [model.prompt([2]), model.prompt([999])], options())
    } throws: { "\($0)".contains("999") }
  }
}
