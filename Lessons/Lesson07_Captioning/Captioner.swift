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

  /// Captions of scenes, for each as many as the options ask for.
  func callAsFunction(_ scenes: [Scene], _ options: GenerationOptions) -> [[Captioning.Caption]] {
    Notebook.require(try task(scenes.map { $0.image() }, options))
  }

  /// The first caption of each scene, by greedy search or with beams.
  func texts(_ scenes: [Scene], beams: Int = 1) -> [String] { self(scenes, options(beams)).map { $0[0].text } }

  /// Greedy search, or with beams, up to the longest caption.
  func options(_ beams: Int = 1) -> GenerationOptions {
    Notebook.require(
      try task.options(beams: beams, maximumLength: task.model.configuration.decoder.positionCount))
  }

  /// Sampling at a temperature, of so many captions.
  func sampling(temperature: Double, topK: Int = 0, topP: Double = 1, count: Int) -> GenerationOptions {
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

  /// A token as it is spelled in the vocabulary.
  func spelling(_ token: Int) -> String { task.tokenizer.decode([token]) }

  /// Captions for teacher forcing.
  func batch(_ captions: [String]) -> CaptionBatch {
    Notebook.require(try CaptionBatch(captions, task.tokenizer, end: bound))
  }

  /// The probability of each token of a caption, and of the one that ends it, after those before it: `[T + 1, V]`.
  func probabilities(_ caption: [Int], _ pixels: Tensor) -> Tensor {
    noGrad { task.model(pixels, captions: IntTensor([[bound] + caption])).softmax(dim: -1)[0] }
  }

  /// The mean cross-entropy of captions' tokens, in nats, each beside a picture.
  ///
  /// - Parameter pixels: the pictures, `[B, C, H, W]`; `nil` for the captions' own.
  func loss(_ scenes: [Scene], pixels: Tensor? = nil) -> Float {
    let batch = batch(scenes.map(\.canonicalCaption))
    return noGrad { batch.loss(task.model(pixels ?? Scene.tensor(scenes), captions: batch.inputs)).item }
  }

  /// Greedy search that remembers nothing: it reads the whole caption again for each token.
  func rereading(_ pixels: Tensor) -> [Int] {
    noGrad {
      var ids = [bound]
      repeat {
        let logits = task.model(pixels, captions: IntTensor([ids]))[0]  // [T, V]
        ids.append(logits[ids.count - 1].argmax(dim: 0).scalars[0])
      } while ids.last != bound && ids.count < task.model.configuration.decoder.positionCount
      return ids
    }
  }
}
