import Datasets
import Images
import Notebook
import Pretrained
import Tensors

/// A CLIP as this lesson uses it: what cannot be encoded ends the program with one line.
struct Encoder {
  /// The model with its tokenizer and image processor.
  let clip: ZeroShot

  /// Pictures as unit vectors, `[I, E]`.
  func callAsFunction(_ images: [Image]) -> Tensor { require(try clip.encode(images: images)) }

  /// Texts as unit vectors, `[T, E]`.
  func callAsFunction(_ texts: [String]) -> Tensor { require(try clip.encode(texts: texts)) }

  /// Digits as unit vectors, `[digits, E]`.
  func digits(_ digits: Digits) -> Tensor { self(digits.labels.indices.map(digits.image(at:))) }

  /// A classifier made of words: for each class the mean of its wordings' vectors, brought back to length 1.
  ///
  /// - Parameter wordings: for each class one or more texts.
  /// - Returns: `[classes, E]` (Radford et al. 2021, section 3.1.4).
  func classifier(_ wordings: [[String]]) -> Tensor {
    Tensor.cat(wordings.map { self($0).mean(dim: 0, keepDims: true).l2Normalized() }, dim: 0)
  }
}
