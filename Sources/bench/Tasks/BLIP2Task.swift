import Pretrained
import Tensors

extension PretrainedTask {
  /// BLIP-2: how a text about the picture goes on.
  static func continuing(_ inputs: Inputs) throws -> PretrainedTask {
    let (blip, pixels) = (try BLIP2(directory: inputs.directory), try inputs.pixelValuesOfPairs())
    show(blip.loadReport)
    let options = try blip.options(maximumNewTokens: 10)
    var oneToken = options
    oneToken.length = .new(1)
    let (pairs, prompts) = (inputs.pairs, inputs.texts.map { blip.model.prompt(blip.tokenizer.encode($0).ids) })
    return PretrainedTask(
      model: { _ = try blip.model.generate(pixels, prompts: prompts, options) },
      whole: {
        let written = try blip(pairs.map { ($0.picture, $0.text) }, options).map { $0[0] }
        return Result(ids: written.first.map { $0.promptIDs + $0.newIDs }, answers: written.map(\.answer))
      },
      logits: { try noGrad { try blip.model(pixels, ids: IntTensor(prompts)) }.select(-1, dim: 1).scalars },
      first: { [oneToken] in _ = try blip.model.generate(pixels, prompts: prompts, oneToken) },
      save: blip.model.save)
  }
}
