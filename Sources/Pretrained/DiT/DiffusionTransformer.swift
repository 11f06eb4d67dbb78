import Layers
import Support
import Tensors

/// A Diffusion Transformer (Peebles and Xie 2023, figure 3): a Vision Transformer that computes from a noisy picture, a
/// time and a text how to remove the noise.
///
/// The vector of time and text leads every block. Beside it the tokens of the text stand in front of the patches in one
/// sequence, as in ViLT, so that a patch can attend to single words; the paper, whose pictures have one of a thousand
/// classes, calls this "in-context conditioning" (section 3.2).
///
/// B, C, H, W stand for batch, channels, height and width of the picture; P for the side of a patch; N for the number
/// of patches; L for the tokens of a text; E for the width of the text tower; D for the width of a token; V for that of
/// the vector.
public final class DiffusionTransformer: Module {
  private let patches: PatchProjection
  private let positions: GridPositions
  private let words: Linear  // [D, 2·E]
  private let time: TimeEmbedding
  private let summary: Linear  // [V, E]
  let layers: [DiTBlock]
  private let modulation: Linear  // [2·D, V]
  private let output: Linear  // [C·P·P, D]
  private let settings: DiTConfiguration

  /// A transformer with initial values: the blocks pass on their input, and the output is zero.
  public init(_ settings: DiTConfiguration) {
    let (width, patch) = (settings.hiddenSize, settings.patchSize)
    let (sampleCount, textWidth) = (settings.channelCount * patch.height * patch.width, settings.text.hiddenSize)
    /// Weights as wide as their inputs and outputs ask for (Glorot and Bengio 2010).
    func std(_ inputs: Int, _ outputs: Int) -> Double { (2 / Double(inputs + outputs)).squareRoot() }
    patches = PatchProjection(
      channels: settings.channelCount, patchSize: patch, width: width, std: std(sampleCount, width))
    positions = GridPositions(
      rows: settings.imageSize.height / patch.height, columns: settings.imageSize.width / patch.width, width: width)
    words = Linear(2 * textWidth, width, std: std(2 * textWidth, width))
    time = TimeEmbedding(size: settings.timeEmbeddingSize, width: settings.conditioningSize)
    summary = Linear(textWidth, settings.conditioningSize, std: std(textWidth, settings.conditioningSize))
    layers = (0..<settings.layerCount).map { _ in DiTBlock(settings) }
    modulation = Linear(zeros: settings.conditioningSize, 2 * width)
    output = Linear(zeros: width, sampleCount)
    self.settings = settings
  }

  /// - Parameters:
  ///   - noisy: `[B, C, H, W]`.
  ///   - times: from 0 to 1, one for each picture.
  ///   - text: what leads the drawing, one text for each picture.
  /// - Returns: what ``DiTConfiguration/target`` says, `[B, C, H, W]`.
  public func callAsFunction(_ noisy: Tensor, at times: [Double], _ text: TextStates) -> Tensor {
    let condition = condition(times, text)  // [B, V]
    let states = layers.reduce(tokens(noisy, text)) { $1($0, condition) }  // [B, L + N, D]
    let length = text.states.shape[1]
    return picture(states.slice(length..<states.shape[1], dim: 1), condition)  // [B, C, H, W]
  }

  /// The input of the first block: the text's tokens and the patches with their positions, `[B, L + N, D]`.
  func tokens(_ noisy: Tensor, _ text: TextStates) -> Tensor {
    patches.requireFit(noisy, size: settings.imageSize, "DiffusionTransformer")
    guard text.states.rank == 3, text.states.shape[0] == noisy.shape[0] else {
      reportMisuse(
        "DiffusionTransformer", "texts of shape \(text.states.shape) for pictures of shape \(noisy.shape)")
    }
    return Tensor.cat([words(text.states), patches(noisy) + positions.tensor], dim: 1)
  }

  /// The names of the matrices that the blocks multiply tokens by: what Muon is meant for. The modulation, which begins at
  /// zero, is none of them.
  package var blockMatrices: Set<String> {
    Set(
      namedParameters().map(\.name).filter {
        $0.hasPrefix("layers.") && $0.hasSuffix(".weight") && !$0.contains("modulation")
      })
  }

  /// What leads the blocks: the sum of a vector of the time and one of the text, through an activation, `[B, V]`.
  func condition(_ times: [Double], _ text: TextStates) -> Tensor {
    Activation.silu(time(times) + summary(text.summary))
  }

  /// The last layer: each patch's state to the samples of the patch, `[B, N, D]` to `[B, C, H, W]`.
  private func picture(_ states: Tensor, _ condition: Tensor) -> Tensor {
    let part = modulation(condition).unsqueeze(1).chunk(2, dim: -1)  // shift and scale, [B, 1, D]
    let samples = output(
      states.modulated(shift: part[0], scale: part[1], Float(settings.layerNormEpsilon)))  // [B, N, C·P·P]
    let (size, patch) = (settings.imageSize, settings.patchSize)
    return
      samples
      .reshape(
        states.shape[0], size.height / patch.height, size.width / patch.width, settings.channelCount, patch.height,
        patch.width
      )  // [B, H/P, W/P, C, P, P]
      .permute(0, 3, 1, 4, 2, 5)  // [B, C, H/P, P, W/P, P]
      .reshape(states.shape[0], settings.channelCount, size.height, size.width)
  }
}

/// Where each patch is: cosines and sines of its row and of its column, which are not trained (Peebles and Xie 2023,
/// section 3.2, "the sine-cosine version").
///
/// It is no module, and so none of its numbers is a parameter.
final class GridPositions {
  private let rows, columns, width: Int

  /// - Parameters:
  ///   - rows: how many patches stand above each other.
  ///   - columns: how many stand beside each other.
  ///   - width: D, a multiple of 4.
  init(rows: Int, columns: Int, width: Int) { (self.rows, self.columns, self.width) = (rows, columns, width) }

  /// `[N, D]`, row by row. Made when it is first used: settings from a file may ask for any size.
  private(set) lazy var tensor = {
    let frequencies = waveFrequencies(width / 4, lowest: Self.lowest)
    let numbers = (0..<rows * columns).flatMap { patch in
      waves(Double(patch / columns), frequencies) + waves(Double(patch % columns), frequencies)
    }
    return Tensor(numbers, shape: [rows * columns, width])
  }()

  /// The lowest frequency: a hundred rows are no full wave. (With that of texts, 1 / 10,000, most waves would hardly
  /// differ from patch to patch.)
  private static let lowest = 0.01
}

/// Frequencies from 1 down to nearly `lowest`, evenly by their logarithms.
private func waveFrequencies(_ count: Int, lowest: Double) -> [Double] {
  (0..<count).map { ElementaryDouble.exp(ElementaryDouble.log(lowest) * Double($0) / Double(count)) }
}

/// The cosines, then the sines of a number at some frequencies.
private func waves(_ number: Double, _ frequencies: [Double]) -> [Float] {
  let angles = frequencies.map { number * $0 }
  return angles.map { Float(ElementaryDouble.cos($0)) } + angles.map { Float(ElementaryDouble.sin($0)) }
}

/// A time as a vector: cosines and sines of many frequencies, as Vaswani et al. (2017, section 3.5) write positions,
/// then two linear layers (Peebles and Xie 2023, section 3.2).
final class TimeEmbedding: Module {
  private let fc1: Linear  // [V, size]
  private let fc2: Linear  // [V, V]
  /// - Parameters:
  ///   - size: how many cosines and sines, together.
  ///   - width: V, of the vector.
  init(size: Int, width: Int) {
    fc1 = Linear(size, width, std: (2 / Double(size + width)).squareRoot())
    fc2 = Linear(width, width, std: (1 / Double(width)).squareRoot())
  }

  /// - Parameter times: from 0 to 1; counted in thousandths, as the paper's thousand steps.
  /// - Returns: `[B, V]`.
  func callAsFunction(_ times: [Double]) -> Tensor {
    let frequencies = waveFrequencies(fc1.weight.shape[1] / 2, lowest: 1e-4)
    let all = times.flatMap { waves(1000 * $0, frequencies) }
    return fc2(Activation.silu(fc1(Tensor(all, shape: [times.count, 2 * frequencies.count]))))
  }
}
