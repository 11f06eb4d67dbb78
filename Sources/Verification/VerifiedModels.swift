import Checkpoints
import Layers
import Pretrained
import Tensors

// What is computed of each kind of model, under the names in which the results are recorded.

extension ComputedResults {
  /// Image and text tower, pooling, projections and similarities, with and without a mask.
  mutating func add(_ clip: CLIPModel) throws {
    let (text, vision) = (clip.configuration.text, clip.configuration.vision)
    let size = vision.imageSize
    let pixels = try recorded.images(
      "pixel_values", channels: vision.channelCount, heights: size.height...size.height,
      widths: size.width...size.width)
    let ids = try recorded.tokens("input_ids", vocabulary: text.vocabularySize, longest: text.positionCount)
    let mask = try recorded.mask("attention_mask", for: ids)
    compare("vision_hidden0", to: clip.visionModel.tokens(pixels))
    compare("vision_last_hidden", to: clip.visionModel(pixels))
    compare("vision_pooler", to: clip.imageFeatures(pixels))
    compare("image_embeds", to: clip.encodeImage(pixels))
    compare("text_last_hidden", to: clip.textModel(ids, attentionMask: mask))
    compare("pooled_positions", to: clip.textModel.pooledPositions(ids).map { .integer($0) })
    compare("text_pooler", to: clip.textFeatures(ids, attentionMask: mask))
    compare("text_embeds", to: clip.encodeText(ids, attentionMask: mask))
    let logits = clip(pixels, ids, attentionMask: mask)
    compare("logits_per_image", to: logits)
    compare("logits_per_text", to: logits.T)
    compare("probs", to: logits.softmax(dim: 1))
    compare("no_mask_logits_per_image", to: clip(pixels, ids))
  }

  /// Each stage of the image tower, the text tower, and similarities.
  mutating func add(_ clip: CLIPResNetModel) throws {
    let (text, side) = (clip.configuration.text, clip.configuration.vision.imageSize)
    let pixels = try recorded.images("pixel_values", channels: 3, heights: side...side, widths: side...side)
    let ids = try recorded.tokens("input_ids", vocabulary: text.vocabularySize, longest: text.positionCount)
    let features = clip.visionModel.features(pixels).map { $0.permute(0, 3, 1, 2) }
    for (name, stage) in zip(["stem", "layer1", "layer2", "layer3", "layer4"], features) { compare(name, to: stage) }
    compare("vision_pooler", to: clip.imageFeatures(pixels))
    compare("image_embeds", to: clip.encodeImage(pixels))
    compare("text_pooler", to: clip.textFeatures(ids))
    compare("text_embeds", to: clip.encodeText(ids))
    let logits = clip(pixels, ids)
    compare("logits_per_image", to: logits)
    compare("probs", to: logits.softmax(dim: 1))
  }

  /// Image and text tower, pooling and similarities; texts with a mask and texts that are not filled up.
  mutating func add(_ siglip: SigLIPModel) throws {
    let (text, vision) = (siglip.configuration.text, siglip.configuration.vision)
    let size = vision.imageSize
    let pixels = try recorded.images(
      "pixel_values", channels: vision.channelCount, heights: size.height...size.height,
      widths: size.width...size.width)
    let ids = try recorded.tokens("input_ids", vocabulary: text.vocabularySize, longest: text.positionCount)
    let patches = siglip.visionModel(pixels)
    compare("vision_last_hidden", to: patches)
    compare("vision_pooler", to: siglip.visionModel.pooled(patches))
    compare("image_embeds", to: siglip.encodeImage(pixels))
    let states = siglip.textModel(ids)
    compare("text_last_hidden", to: states)
    compare("text_pooler", to: siglip.textModel.pooled(states))
    compare("text_embeds", to: siglip.encodeText(ids))
    let logits = siglip(pixels, ids)
    compare("logits_per_image", to: logits)
    compare("logits_per_text", to: logits.T)
    compare("probs", to: logits.sigmoid())
    if recorded.value(["attention_mask"]) != nil {
      let mask = try recorded.mask("attention_mask", for: ids)
      compare("masked_logits_per_image", to: siglip(pixels, ids, attentionMask: mask))
    }
    let short = IntTensor((0..<ids.shape[0]).map { Array(ids[$0].scalars.prefix(5)) })
    compare("short_logits_per_image", to: siglip(pixels, short))
  }

  /// The states of all tokens, the scores of the classes, and the answers.
  mutating func add(_ vit: ViTForImageClassification) throws {
    let size = vit.configuration.imageSize
    let pixels = try recorded.images(
      "pixel_values", channels: vit.configuration.channelCount, heights: size.height...size.height,
      widths: size.width...size.width)
    compare("last_hidden", to: vit.vit(pixels))
    let logits = vit(pixels)
    compare("logits", to: logits)
    compare("answers", to: logits.argmax(dim: 1).scalars.map { .string(vit.configuration.labels[$0]) })
    let recorder = AttentionRecorder(vit.vit, pixels)
    for (layer, weights) in recorder.weights.enumerated() { compare("attention", "\(layer)", to: weights) }
    compare("rollout", to: recorder.rollout().select(0, dim: 1))
  }

  /// The text tower, and a step of a drawing: the output with and without guidance, the estimates and the picture after
  /// it.
  mutating func add(_ painter: DiTPainterModel) throws {
    let settings = painter.configuration
    let (size, text) = (settings.imageSize, settings.text)
    let noisy = try recorded.images(
      "pixel_values", channels: settings.channelCount, heights: size.height...size.height,
      widths: size.width...size.width)
    let ids = try recorded.tokens("input_ids", vocabulary: text.vocabularySize, longest: settings.textLength)
    guard ids.shape[0] == noisy.shape[0] else {
      throw recorded.missing(["input_ids"], "are not a text for each picture")
    }
    let time = try recorded.share("args", "time")
    let earlier = try recorded.share("args", "earlier")
    let times = [Double](repeating: time, count: ids.shape[0])
    let states = painter.encode(ids)
    compare("text_states", to: states.states)
    compare("text_summary", to: states.summary)
    compare("output", to: painter.transformer(noisy, at: times, states))
    let guidance = try recorded.share("args", "guidance", upTo: 100)
    let guided = painter.output(
      noisy, at: times, states, empty: painter.encode(painter.emptyText(length: ids.shape[1])), guidance: guidance)
    compare("guided", to: guided)
    let estimate = settings.target.estimate(guided, from: noisy, at: times, settings.schedule)
    compare("clean", to: estimate.clean)
    compare("noise", to: estimate.noise)
    compare(
      "earlier", to: DiffusionSampler.ddim.step(noisy, estimate, from: time, to: earlier, settings.schedule))
  }

  /// Embeddings, pooler, scores and answers for each recorded batch of images.
  mutating func add(_ vilt: ViLTForQuestionAnswering) throws {
    let settings = vilt.configuration
    let patch = settings.patchSize
    let ids = try recorded.tokens("input_ids", vocabulary: settings.vocabularySize, longest: settings.positionCount)
    let mask = try recorded.mask("attention_mask", for: ids)
    for name in recorded.keys(["cases"]) {
      let pixels = try recorded.images(
        "cases", name, "pixel_values", count: ids.shape[0], channels: settings.channelCount,
        heights: patch.height...Self.longestSide, widths: patch.width...Self.longestSide)
      if let problem = settings.problem(height: pixels.size(-2), width: pixels.size(-1)) {
        throw recorded.missing(["cases", name, "pixel_values"], problem)
      }
      let sizes = try recorded.sizes("cases", name, "pixel_mask_sizes", of: pixels, atLeast: patch)
      let pixelMask = pixelMask(sizes, for: pixels)
      let input = vilt.embedded(ids, attentionMask: mask, pixels, pixelMask: pixelMask)
      compare("cases", name, "visual_embed_raster", to: vilt.embeddedImages(pixels, pixelMask: pixelMask).tokens)
      compare("cases", name, "embeddings_raster", to: input.tokens)
      compare("cases", name, "visual_tokens_including_cls", to: input.tokens.shape[1] - ids.shape[1])
      compare("cases", name, "pooler", to: vilt.pooled(ids, attentionMask: mask, pixels, pixelMask: pixelMask))
      let logits = vilt(ids, attentionMask: mask, pixels, pixelMask: pixelMask)
      compare("cases", name, "logits", to: logits)
      compare("cases", name, "answers", to: vilt.answers(logits).map { .string($0) })
    }
  }

  /// No recorded image is larger: attention takes memory for each pair of patches.
  private static let longestSide = 4096

  /// 1 within each image's size, 0 outside: `[B, H, W]`.
  private func pixelMask(_ sizes: [[Int]], for pixels: Tensor) -> Tensor {
    let (height, width) = (pixels.size(-2), pixels.size(-1))
    let mask = sizes.flatMap { size in
      (0..<height).flatMap { y in (0..<width).map { x in y < size[0] && x < size[1] ? Float(1) : 0 } }
    }
    return Tensor(mask, shape: [sizes.count, height, width])
  }
}
