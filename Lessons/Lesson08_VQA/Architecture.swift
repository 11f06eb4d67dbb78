import Layers
import Plots
import Pretrained

/// ViLT with its sizes and the shapes of one question and one picture.
///
/// - Parameter wordCount: tokens of the question, with `[CLS]` and `[SEP]`.
func viltDiagram(_ settings: ViLTConfiguration, wordCount: Int) -> Diagram {
  let (width, size, patch) = (settings.hiddenSize, settings.imageSize, settings.patchSize)
  let patchCount = size.height / patch.height * (size.width / patch.width)
  let pixels = settings.channelCount * patch.height * patch.width
  return Diagram(
    "ViLT: two embeddings, one joint sequence",
    [
      .parallel([
        [
          .input("question", "\(wordCount) tokens", shape: "[1, \(wordCount)]"),
          .learned("table of words", "one row for each token", shape: "[1, \(wordCount), \(width)]"),
          .learned("+ place + segment", "then LayerNorm"),
          .learned("+ mark of words", shape: "[1, \(wordCount), \(width)]"),
        ],
        [
          .input("picture", "\(patchCount) patches", shape: "[1, \(patchCount), \(pixels)]"),
          .learned("linear layer", "the same for all patches", shape: "[1, \(patchCount), \(width)]"),
          .learned("extra token in front", "+ place", shape: "[1, \(patchCount + 1), \(width)]"),
          .learned("+ mark of pictures", shape: "[1, \(patchCount + 1), \(width)]"),
        ],
      ]),
      .operation(
        "joint sequence", "[CLS] words [SEP], extra token, patches",
        shape: "[1, \(wordCount + 1 + patchCount), \(width)]"),
      .group(
        "block", times: settings.layerCount,
        [
          .residual([.learned("LayerNorm"), .learned("attention", "\(settings.headCount) heads")]),
          .residual([
            .learned("LayerNorm"), .learned("feed-forward", "\(width) → \(settings.intermediateSize) → \(width)"),
          ]),
        ]),
      .operation("take [CLS]", shape: "[1, \(width)]"),
      .learned("LayerNorm"),
      .learned("pooler", "linear, tanh", shape: "[1, \(width)]"),
      .learned("classifier", "linear, LayerNorm, GELU, linear"),
      .output("scores of the answers", "[1, \(settings.labels.count)]"),
    ])
}

/// The parts of a ViLT with their numbers of parameters, and all together.
func parameterParts(_ model: ViLTForQuestionAnswering) -> [(name: String, count: Int)] {
  let words = model.parameterCount(under: "vilt.embeddings.text_embeddings")
  let parts = [
    ("words", words), ("picture", model.parameterCount(under: "vilt.embeddings") - words),
    ("transformer", model.parameterCount(under: "vilt.encoder")),
    ("last norm", model.parameterCount(under: "vilt.layernorm")),
    ("pooler", model.parameterCount(under: "vilt.pooler")), ("classifier", model.parameterCount(under: "classifier")),
  ]
  return parts + [("all", model.parameterCount)]
}
