import Datasets
import Images
import Pretrained
import Tensors

/// Pictures and captions for the small CLIP: drawn scenes and handwritten digits, half and half or as asked for.
struct CLIPExamples {
  /// A batch of pairs.
  struct Batch {
    /// `[N, 3, 32, 32]`.
    let images: Tensor
    let captions: [String]
    /// Whether caption j is true of picture i, row by row.
    let matches: [Bool]
  }

  private let scenes: Scenes
  private let digits: Digits
  /// All training digits as the processor prepares them, `[digits, 3, 32, 32]`.
  private let digitImages: [Float]
  /// How many pairs of a batch are scenes and digits.
  private let sceneCount, digitCount: Int

  /// The side of all pictures.
  static let side = 32
  /// How far a digit may be moved, in pixels of the enlarged picture: an eighth of its side.
  private static let largestShift = 4

  init(_ options: TrainingOptions, digits: Digits, processor: ImageProcessor, batchSize: Int) throws {
    scenes = Scenes(split: .training, objectCounts: CLIPTraining.objectCounts, seed: options.seed)
    self.digits = digits
    digitImages = try processor(digits.labels.indices.map(digits.image(at:))).pixelValues.scalars
    digitCount = batchSize / 4
    sceneCount = batchSize - digitCount
  }

  /// The batch of a step: new scenes, and digits drawn and moved by `Generator.current`.
  func batch(step: Int) -> Batch {
    let places = step * sceneCount..<(step + 1) * sceneCount
    let scenes = places.map { self.scenes[$0] }
    // Every other caption has all details: positions and relations take longest to learn, and would else be rare.
    let captions = places.map { place in
      self.scenes.caption(at: place, details: place % 2 == 0 ? [.full] : SceneDetail.allCases)
    }
    let generator = Generator.current
    var images: [Float] = []
    var labels: [Int] = []
    var digitCaptions: [String] = []
    for _ in 0..<digitCount {
      let index = generator.integer(in: 0..<digits.count)
      let frame = generator.integer(in: 0..<DigitCaption.frames(.training).count)
      labels.append(digits.labels[index])
      digitCaptions.append(DigitCaption.text(digits.labels[index], frame: frame))
      let shifts = -Self.largestShift..<Self.largestShift + 1
      appendDigit(index, across: generator.integer(in: shifts), down: generator.integer(in: shifts), to: &images)
    }
    let digitTensor = Tensor(images, shape: [digitCount, 3, Self.side, Self.side])
    return Batch(
      images: Tensor.cat([Scene.tensor(scenes), digitTensor], dim: 0), captions: captions.map(\.text) + digitCaptions,
      matches: Self.matches(scenes, captions, labels))
  }

  /// Copies a digit's picture, moved by whole pixels; what comes in from outside is the black of its border.
  private func appendDigit(_ index: Int, across: Int, down: Int, to images: inout [Float]) {
    let side = Self.side
    for channel in 0..<3 {
      let start = (index * 3 + channel) * side * side
      for y in 0..<side {
        for x in 0..<side {
          let (fromX, fromY) = (x - across, y - down)
          let isInside = (0..<side).contains(fromX) && (0..<side).contains(fromY)
          images.append(isInside ? digitImages[start + fromY * side + fromX] : -1)
        }
      }
    }
  }

  /// A caption matches every scene whose caption with the same details has the same words, and every picture of the same
  /// digit.
  private static func matches(_ scenes: [Scene], _ captions: [SceneCaption], _ labels: [Int]) -> [Bool] {
    let count = scenes.count + labels.count
    // The caption of each scene with each degree of detail, without frames.
    let told = scenes.map { scene in SceneDetail.allCases.map { scene.caption($0).text } }
    var matches = [Bool](repeating: false, count: count * count)
    for (row, own) in told.enumerated() {
      for (column, caption) in captions.enumerated() {
        let detail = caption.detail.rawValue
        matches[row * count + column] = own[detail] == told[column][detail]
      }
    }
    for (row, own) in labels.enumerated() {
      for (column, other) in labels.enumerated() {
        matches[(scenes.count + row) * count + scenes.count + column] = own == other
      }
    }
    return matches
  }
}
