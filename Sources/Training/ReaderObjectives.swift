import Datasets
import Layers
import Pretrained
import Tensors

/// A reader in training, with what it is helped by: a second head that is not saved, and a look at its attention.
///
/// Donut learned where to look from millions of pages. On few pages a decoder first learns what texts are like and
/// hardly uses the picture. The renderer knows where each character stands, and two more losses tell the model:
///
/// - the *seen* loss: a linear layer on the encoder's tokens names the character that has its middle in each part of a
///   patch;
/// - the *looked* loss: the first head of the decoder's last cross-attention is to look at the patch of the character
///   that is written next (supervised attention, Mi et al. 2016; Liu et al. 2016).
final class ReaderWithAids: Module {
  let model: VisionEncoderDecoderModel
  let characters: Linear

  /// Characters are at least this far apart, but for the narrowest.
  private static let slotWidth = 4

  private let patch: Extent
  /// Parts of a patch side by side that have a character each.
  private var slotCount: Int { patch.width / Self.slotWidth }

  init(_ model: VisionEncoderDecoderModel) {
    self.model = model
    patch = model.configuration.encoder.patchSize
    characters = Linear(
      model.configuration.encoder.hiddenSize, patch.width / Self.slotWidth * DocumentFont.characters.count)
  }

  /// The loss of what is written, with the other two added.
  ///
  /// - Parameters:
  ///   - tokens: what is to be written about each document, all about the first one before all about the next.
  func loss(_ documents: [Document], _ tokens: [[DocumentToken]], _ texts: CaptionBatch) -> Tensor {
    let states = model.encode(Document.tensor(documents))  // [B, N + 1, D]
    guard let decoder = model.decoder as? GPT2Decoder else { preconditionFailure("a reader's decoder is a GPT-2") }
    let (logits, scores) = decoder.scored(texts.inputs, encoderStates: states)
    let written = texts.loss(logits)
    let places = places(tokens, length: texts.inputs.shape[1])
    let looked = crossEntropy(scores.flatten(from: 0, through: 1), places, ignoreIndex: CaptionBatch.ignored)
    return written + looked * Self.lookedWeight + seenLoss(documents, states)
  }

  /// The *seen* loss alone, which the encoder begins with.
  func seenLoss(_ documents: [Document]) -> Tensor { seenLoss(documents, model.encode(Document.tensor(documents))) }

  private func seenLoss(_ documents: [Document], _ states: Tensor) -> Tensor {
    let patches = states.slice(1..<states.shape[1], dim: 1)
    let named = characters(patches).reshape(-1, DocumentFont.characters.count)
    return crossEntropy(named, seen(documents)) * Self.seenWeight
  }

  private static let lookedWeight: Float = 0.5
  private static let seenWeight: Float = 2

  /// For each token the encoder's token that it is read from, `[B · T]`; the class token is the first of those.
  func places(_ rows: [[DocumentToken]], length: Int) -> IntTensor {
    let columns = Document.width / patch.width
    return IntTensor(
      rows.flatMap { row in
        let known = row.map { token in
          token.middle.map { 1 + $0.y / patch.height * columns + $0.x / patch.width } ?? CaptionBatch.ignored
        }
        return known + Array(repeating: CaptionBatch.ignored, count: length - row.count)
      })
  }

  /// The character in each part of each patch, as a number in ``DocumentFont/characters``; 0, the space, for none.
  func seen(_ documents: [Document]) -> IntTensor {
    let (columns, rows) = (Document.width / patch.width * slotCount, Document.height / patch.height)
    return IntTensor(
      documents.flatMap { document in
        var grid = [Int](repeating: 0, count: columns * rows)
        for token in document.tokens(.text) {
          guard let middle = token.middle, let character = token.text.first else { continue }
          grid[middle.y / patch.height * columns + middle.x / Self.slotWidth] = Self.numbers[character] ?? 0
        }
        return grid
      })
  }

  private static let numbers = Dictionary(uniqueKeysWithValues: zip(DocumentFont.characters, 0...))
}
