import Support
import Tensors

/// The parts that all possible documents fall into. No document of training is in another one.
public enum DocumentSplit: Int, Sendable, CaseIterable, CustomStringConvertible {
  /// For training: some four fifths of the documents in trained layouts and fonts.
  case training
  /// The rest: new documents in trained layouts and fonts.
  case heldOut
  /// Documents in layouts that no training page has.
  case newLayouts
  /// Documents in trained layouts and in a font that no training page has.
  case newFonts

  /// `training`, `held out`, `new layouts` or `new fonts`.
  public var description: String {
    switch self {
    case .training: "training"
    case .heldOut: "held out"
    case .newLayouts: "new layouts"
    case .newFonts: "new fonts"
    }
  }
}

/// An endless list of documents: the one at an index depends on the seed and the index alone.
///
/// ```swift
/// let documents = Documents(split: .training)
/// let batch = (0..<32).map { documents[$0] }
/// let images = Document.tensor(batch)                                // [32, 3, 96, 112]
/// let targets = batch.map(\.sequence)
/// ```
public struct Documents: Sendable {
  /// The part of all documents that these are from.
  public let split: DocumentSplit
  /// What they are, each kind equally likely: `receipt`, `form`, `text`.
  public let kinds: [String]
  /// What the documents are drawn from.
  public let seed: Int

  /// Documents of one part.
  ///
  /// - Parameter kinds: some of `receipt`, `form` and `text` (lines of words without a meaning). New layouts are of
  ///   receipts and forms only.
  public init(split: DocumentSplit, kinds: [String] = ["receipt", "form"], seed: Int = 0) {
    for kind in kinds where DocumentLayout.all(of: kind, trained: split != .newLayouts).isEmpty {
      reportMisuse("Documents", "there are no documents of the kind '\(kind)' among \(split)")
    }
    if kinds.isEmpty { reportMisuse("Documents", "documents are of at least one kind") }
    self.split = split
    self.kinds = kinds
    self.seed = seed
  }

  /// The document at an index, from 0.
  public subscript(index: Int) -> Document { draw(generator(index, purpose: 0), mostLines: 8) }

  /// The first documents.
  public func prefix(_ count: Int) -> [Document] {
    if count < 0 { reportMisuse("Documents.prefix", "there are no \(count) documents") }
    return (0..<count).map { self[$0] }
  }

  /// A page with a single line of text, at an index from 0: what TrOCR reads (Li et al. 2021). New layouts have none.
  public func line(at index: Int) -> Document {
    Documents(split: split, kinds: ["text"], seed: seed).draw(generator(index, purpose: 1), mostLines: 1)
  }

  private func draw(_ generator: Generator, mostLines: Int) -> Document {
    let fonts: [DocumentFont] = split == .newFonts ? [.slanted] : DocumentFont.trained
    while true {
      let kind = generator.element(of: kinds)
      let layout = generator.element(of: DocumentLayout.all(of: kind, trained: split != .newLayouts))
      let design = DocumentDesign(layout, fonts: fonts, generator)
      let content: DocumentContent =
        switch kind {
        case "receipt": .receipt(DocumentWords.receipt(generator))
        case "form": .form(DocumentWords.form(generator))
        default:
          .lines(
            DocumentWords.lines(generator, most: mostLines) {
              design.bodyFont.width(of: $0) <= Document.width - 2 * design.margin
            })
        }
      if Self.isHeldOut(content) != (split == .training) { return Document(content, design) }
    }
  }

  /// Whether a content is kept from training: a fifth of all are, by their checksum, whatever the seed.
  private static func isHeldOut(_ content: DocumentContent) -> Bool {
    let key = DocumentTokens.sequence(content.tree).utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    var mixed = SplitMix64(seed: key)
    return mixed.next() % 5 == 0
  }

  /// PyTorch's generator, seeded from the seed, the index and what is drawn.
  private func generator(_ index: Int, purpose: UInt64) -> Generator {
    var mixed = SplitMix64(seed: UInt64(bitPattern: Int64(seed)) &+ (8 + purpose) << 56)
    var second = SplitMix64(seed: mixed.next() ^ UInt64(bitPattern: Int64(index)))
    return Generator(seed: Int(truncatingIfNeeded: second.next() >> 32))
  }
}
