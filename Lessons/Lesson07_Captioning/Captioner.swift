import Datasets
import Notebook
import Pretrained
import Tensors
import Training

/// A captioner as this lesson uses it: what cannot be captioned ends the program with one line.
struct Captioner {
  /// The model with its tokenizer and image processor.
  let task: Captioning

  /// The token that begins and ends captions.
  let bound: Int

  init(_ task: Captioning) {
    self.task = task
    bound = task.model.configuration.decoderStartTokenID ?? 0
  }

  /// The settings of its decoder, which is a GPT-2.
  var decoder: GPT2Configuration { gpt2(task.model) }

  /// Captions of scenes, for each as many as the options ask for.
  func callAsFunction(_ scenes: [Scene], _ options: GenerationOptions) -> [[Captioning.Caption]] {
    Notebook.require(try task(scenes.map { $0.image() }, options))
  }

  /// The first caption of each scene, by greedy search or with beams.
  func texts(_ scenes: [Scene], beams: Int = 1) -> [String] { self(scenes, options(beams)).map { $0[0].text } }

  /// The tokens of the best caption of each picture, the one that begins it left out.
  ///
  /// - Parameter pixels: `[B, C, H, W]`.
  func written(_ pixels: Tensor, _ options: GenerationOptions) -> [[Int]] {
    Notebook.require(try task.model.generate(pixels, options)).map { $0[0].tokens }
  }

  /// Greedy search, or with beams, up to the longest caption.
  func options(_ beams: Int = 1) -> GenerationOptions {
    Notebook.require(
      try task.options(beams: beams, maximumLength: task.model.configuration.decoder.positionCount))
  }

  /// Sampling at a temperature, of so many captions.
  func sampling(temperature: Double, topK: Int = 0, topP: Double = 1, count: Int = 1) -> GenerationOptions {
    var (sampling, options) = (GenerationOptions.Sampling(), options())
    sampling.temperature = temperature
    sampling.topK = topK
    sampling.topP = topP
    options.method = .sampling(sampling)
    options.returnCount = count
    return options
  }

  /// The tokens of a caption, without those around it.
  func tokens(_ caption: String) -> [Int] { task.tokenizer.encode(caption, addSpecialTokens: false).ids }

  /// The words of tokens, without those around them.
  func text(_ tokens: [Int]) -> String { task.tokenizer.decode(tokens, skipSpecialTokens: true) }

  /// A token as it is spelled in the vocabulary.
  func spelling(_ token: Int) -> String { task.tokenizer.decode([token]) }

  /// A token as this lesson shows it: without the space that a GPT-2 token carries in front of its word.
  func word(_ token: Int) -> String { token == bound ? "⏎" : spelling(token).trimmingSpaces }

  /// Captions for teacher forcing.
  func batch(_ captions: [String]) -> CaptionBatch {
    Notebook.require(try CaptionBatch(captions, task.tokenizer, end: bound))
  }

  /// The probability of each token of a caption, and of the one that ends it, after those before it: `[T, V]`.
  func probabilities(_ caption: [Int], _ pixels: Tensor) -> Tensor {
    noGrad { task.model(pixels, captions: IntTensor([[bound] + caption])).softmax(dim: -1)[0] }
  }

  /// The log-probability of a whole caption of a picture.
  ///
  /// - Parameter tokens: of the caption, with the one that ends it.
  func logProbability(_ tokens: [Int], _ picture: Tensor) -> Float {
    let logProbabilities = noGrad {
      task.model(picture, captions: IntTensor([[bound] + tokens.dropLast()])).logSoftmax(dim: -1)[0]  // [T, V]
    }
    return tokens.enumerated().reduce(0) { $0 + logProbabilities[$1.offset][$1.element].item }
  }

  /// The mean cross-entropy of captions' tokens, in nats, each beside a picture.
  ///
  /// - Parameter pixels: the pictures, `[B, C, H, W]`; `nil` for the captions' own.
  func loss(_ scenes: [Scene], pixels: Tensor? = nil) -> Float {
    let batch = batch(scenes.map(\.canonicalCaption))
    return noGrad { batch.loss(task.model(pixels ?? Scene.tensor(scenes), captions: batch.inputs)).item }
  }
}

/// The settings of a captioner's decoder, which must be a GPT-2: TrOCR's does not caption.
func gpt2(_ model: VisionEncoderDecoderModel) -> GPT2Configuration {
  guard case .gpt2(let settings) = model.configuration.decoder else { preconditionFailure("the decoder is no GPT-2") }
  return settings
}

extension String {
  /// The text without spaces at its ends.
  var trimmingSpaces: String {
    let start = drop { $0 == " " }
    return String(start[..<(start.lastIndex { $0 != " " }.map(start.index(after:)) ?? start.startIndex)])
  }

  /// The first sixty characters, with a dot for each that is no letter, digit, comma or space.
  var printable: String {
    String(prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber || " ,".contains($0)) ? $0 : "·" })
  }
}
