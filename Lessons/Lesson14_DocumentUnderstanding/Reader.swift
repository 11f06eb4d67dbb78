import Datasets
import Evaluation
import Images
import Notebook
import Pretrained
import Support
import Tensors

/// A reader of documents as this lesson uses it: what cannot be read ends the program with one line.
struct Reader {
  /// The model with its tokenizer and image processor.
  let task: Captioning
  /// The token that ends an answer.
  let end: Int
  private let evaluation: ReaderEvaluation

  init(_ task: Captioning) {
    self.task = task
    evaluation = Notebook.require(try ReaderEvaluation(task))
    end = Notebook.require(try task.options()).endTokens.first ?? 0
  }

  /// The settings of its decoder, which is a GPT-2.
  var decoder: GPT2Configuration {
    guard case .gpt2(let settings) = task.model.configuration.decoder else {
      preconditionFailure("the reader's decoder is a GPT-2")
    }
    return settings
  }

  /// The tokens of a text with tags.
  func tokens(_ text: String) -> [Int] { task.tokenizer.encode(text, addSpecialTokens: false).ids }

  /// A token as it is spelled.
  func spelling(_ token: Int) -> String { token == end ? "⏎" : task.tokenizer.decode([token]) }

  /// The token that an answer starts with.
  func start(_ question: DocumentTask) -> Int { tokens(question.startToken)[0] }

  /// What it writes about pictures, all at once, by greedy search.
  func callAsFunction(_ pictures: [Image], _ question: DocumentTask = .fields) -> [Reading] {
    let pixels = Self.pixels(pictures)
    let written = Notebook.require(try task.model.generate(pixels, evaluation.options(question)))
    return readings(written.map { $0[0].tokens }, pixels, question)
  }

  /// What it writes about documents.
  func callAsFunction(_ documents: [Document], _ question: DocumentTask = .fields) -> [Reading] {
    self(documents.map { $0.image() }, question)
  }

  /// Answers with the probability of each of their tokens, by teacher forcing.
  ///
  /// - Parameters:
  ///   - written: tokens without the one that starts the answer.
  ///   - pixels: `[B, 3, H, W]`.
  func readings(_ written: [[Int]], _ pixels: Tensor, _ question: DocumentTask = .fields) -> [Reading] {
    let length = written.map(\.count).max() ?? 0
    let inputs = written.map { row in
      [start(question)] + row.dropLast() + Array(repeating: end, count: length - row.count)
    }
    let chances = noGrad { task.model(pixels, captions: IntTensor(inputs)).softmax(dim: -1) }  // [B, T, V]
    let all = chances.scalars
    let vocabulary = decoder.vocabularySize
    return written.enumerated().map { row, ids in
      let probabilities = ids.enumerated().map { all[(row * length + $0.offset) * vocabulary + $0.element] }
      return Reading(ids: ids, spelled: ids.map(spelling), probabilities: probabilities, end: end)
    }
  }

  /// Pictures of one size as a model's input `[B, 3, H, W]`, each sample from -1 to 1: in Pillow's arithmetic, so that
  /// of pages it is `Document.tensor` to the bit.
  static func pixels(_ pictures: [Image]) -> Tensor {
    var settings = ImageProcessorConfiguration(.vit)
    settings.size = nil  // the pictures have the size that the model takes
    settings.convertsToRGB = true
    return Notebook.require(try ImageProcessor(settings, backend: .pillow)(pictures)).pixelValues
  }
}

/// What a reader wrote about a picture.
struct Reading {
  /// The tokens, with the one that ends the answer if it was reached.
  let ids: [Int]
  /// The tokens as they are spelled.
  let spelled: [String]
  /// The probability that the model gave to each token.
  let probabilities: [Float]
  /// The token that ends answers.
  let end: Int

  /// The answer with its tags.
  var text: String { zip(ids, spelled).filter { $0.0 != end }.map(\.1).joined() }
  /// The answer as data.
  var tree: JSON { DocumentTokens.tree(text) }
  /// Whether the answer came to its end.
  var isComplete: Bool { ids.last == end }
}

/// A field that was written, with the tokens that spell it and the tag that closes it.
struct WrittenField {
  /// Its path in the data, such as `items[1].price`.
  let path: String
  /// What was written.
  let text: String
  /// The places of its tokens, that of the closing tag included.
  let tokens: Range<Int>
}

extension Reading {
  /// The fields of the answer in their order, with where each was written.
  var fields: [WrittenField] {
    var result: [WrittenField] = []
    var (names, counts, begin, text) = ([String](), [Int](), 0, "")
    for (place, token) in spelled.enumerated() {
      if token.hasPrefix("<s_") {
        names.append(String(token.dropFirst(3).dropLast()))
        counts.append(0)
        (begin, text) = (place + 1, "")
      } else if token.hasPrefix("</s_"), !names.isEmpty {
        if spelled[place - 1].count == 1 || !spelled[place - 1].hasPrefix("</") {
          let path = zip(names, counts).map { $0 == "items" ? "items[\($1)]" : $0 }.joined(separator: ".")
          result.append(WrittenField(path: path, text: text, tokens: begin..<place + 1))
        }
        names.removeLast()
        counts.removeLast()
        (begin, text) = (place + 1, "")
      } else if token == DocumentTokens.separator, !counts.isEmpty {
        counts[counts.count - 1] += 1
        (begin, text) = (place + 1, "")
      } else {
        text += token
      }
    }
    return result
  }

  /// The probability that all tokens of a field have together, each after those before it.
  func probability(_ field: WrittenField) -> Float { probabilities[field.tokens].reduce(1, *) }
}
