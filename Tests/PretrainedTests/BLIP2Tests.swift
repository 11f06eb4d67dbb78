import Checkpoints
import Pretrained
import Support
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

  @Test func textsDoNotDependOnWhatStandsBesideThem() throws {
    let padded = recorded["padded"]
    let attended = recordedIDs(padded["attention_mask"])
    let rows = recordedIDs(padded["input_ids"])
    let prompts = (0..<2).map { row in
      zip(rows[row].scalars, attended[row].scalars).filter { $0.1 == 1 }.map { $0.0 }
    }
    #expect(prompts[0].count < prompts[1].count)
    for row in 0..<2 {
      let alone = try model.generate(
        images[row..<row + 1], prompts: [prompts[row]], options(.beamSearch(.init(count: 3))))
      let beside = try model.generate(images, prompts: prompts, options(.beamSearch(.init(count: 3))))
      #expect(alone == [beside[row]])
    }
  }

  @Test func promptsThatDoNotFitAreRefused() throws {
    #expect(throws: DataError.self) { try model.generate(images, prompts: [[2, 20], [2, 30]], options()) }
    #expect(throws: DataError.self) { try model.generate(images, prompts: [model.prompt([2])], options()) }
    #expect {
      try model.generate(images, prompts: [model.prompt([2]), model.prompt([999])], options())
    } throws: { "\($0)".contains("999") }
  }
}
