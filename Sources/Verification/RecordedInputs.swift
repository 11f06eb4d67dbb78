import Checkpoints
import Pretrained
import Tensors

// The inputs of what is recorded, each checked against what the model takes: a wrong one would end the program.

extension RecordedResults {
  /// Whole numbers with their shape.
  ///
  /// - Throws: `DataError` if they are not there, or do not fill their shape.
  private func integers(_ path: [String]) throws -> IntTensor {
    let shape = wholeNumbers(value(path + ["shape"])) ?? []
    guard let data = wholeNumbers(value(path + ["data"])), !data.isEmpty, data.count == Self.count(shape) else {
      throw missing(path, "no whole numbers with their shape")
    }
    return IntTensor(data, shape: shape)
  }

  /// Tokens of texts, `[texts, tokens]`.
  ///
  /// - Parameters:
  ///   - path: where they are recorded.
  ///   - vocabulary: how many tokens the model knows.
  ///   - longest: how many tokens of a text it reads.
  /// - Throws: `DataError` if they are not there, or the model cannot read them.
  func tokens(_ path: String..., vocabulary: Int, longest: Int) throws -> IntTensor {
    try tokens(path, vocabulary: vocabulary, or: nil, longest: longest)
  }

  /// Tokens of texts, of which one may stand for something else than a token of the vocabulary.
  func tokens(_ path: [String], vocabulary: Int, or other: Int?, longest: Int) throws -> IntTensor {
    let tokens = try integers(path)
    guard tokens.shape.count == 2, tokens.shape[1] <= longest else {
      throw missing(path, "the shape \(tokens.shape) is not that of texts of 1 to \(longest) tokens")
    }
    if let stranger = tokens.scalars.first(where: { ($0 < 0 || $0 >= vocabulary) && $0 != other }) {
      throw missing(path, "holds token \(stranger), but the model knows 0 to \(vocabulary - 1)")
    }
    return tokens
  }

  /// Which tokens of texts count, of the texts' shape; of each text at least one does.
  ///
  /// - Throws: `DataError` if that is not what is recorded.
  func mask(_ path: String..., for tokens: IntTensor) throws -> IntTensor {
    let mask = try integers(path)
    guard mask.shape == tokens.shape, mask.scalars.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw missing(path, "is no mask of zeros and ones for texts of the shape \(tokens.shape)")
    }
    for row in 0..<mask.shape[0] where !mask[row].scalars.contains(1) {
      throw missing(path, "masks all of text \(row + 1)")
    }
    return mask
  }

  /// The number of elements of a shape; `nil` if there can be none of that shape.
  private static func count(_ shape: [Int]) -> Int? {
    shape.reduce(1) { count, size in
      guard let count, size > 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      return overflow ? nil : product
    }
  }

  /// A tensor that is kept in a file beside.
  ///
  /// - Throws: `DataError` if it is not there.
  private func input(_ path: [String]) throws -> Tensor {
    guard case .string(let name)? = value(path + ["file"]), case .string(let tensor)? = value(path + ["tensor"]) else {
      throw missing(path, "no reference to a file with a tensor")
    }
    return try Checkpoint(path: directory.require([name], purpose: "inputs")).tensor(tensor)
  }

  /// Images that are kept in a file beside, `[images, channels, height, width]`.
  ///
  /// - Parameters:
  ///   - path: where the reference to them is recorded.
  ///   - count: how many there must be; `nil` for any number.
  ///   - channels: the number of color channels.
  ///   - heights: the numbers of rows that the model takes.
  ///   - widths: the numbers of columns that it takes.
  /// - Throws: `DataError` if they are not there, or the model does not take them.
  func images(
    _ path: String..., count: Int? = nil, channels: Int, heights: ClosedRange<Int>, widths: ClosedRange<Int>
  ) throws -> Tensor {
    let images = try input(path)
    let shape = images.shape
    guard shape.count == 4, shape[0] > 0, shape[0] == count ?? shape[0], shape[1] == channels,
      heights.contains(shape[2]), widths.contains(shape[3])
    else {
      let number = count.map { "\($0)" } ?? "any number"
      throw missing(
        path, "the shape \(shape) is not that of \(number) of images with \(channels) channels that the model takes")
    }
    return images
  }

  /// A number from 0 to a largest one.
  ///
  /// - Throws: `DataError` if that is not what is recorded.
  func share(_ path: String..., upTo largest: Double = 1) throws -> Double {
    guard let number = value(path)?.doubleValue, (0...largest).contains(number) else {
      throw missing(path, "no number from 0 to \(largest)")
    }
    return number
  }

  /// The sizes of images, rows and columns.
  ///
  /// - Parameters:
  ///   - path: where they are recorded.
  ///   - images: the images, `[images, channels, height, width]`, into which the sizes must fit.
  ///   - least: the smallest size.
  /// - Throws: `DataError` if that is not what is recorded.
  func sizes(_ path: String..., of images: Tensor, atLeast least: Extent) throws -> [[Int]] {
    guard case .array(let list)? = value(path) else { throw missing(path, "no sizes") }
    let sizes = list.compactMap(wholeNumbers)
    let (height, width) = (images.size(-2), images.size(-1))
    guard sizes.count == images.size(0), sizes.count == list.count,
      sizes.allSatisfy({
        $0.count == 2 && (least.height...height).contains($0[0]) && (least.width...width).contains($0[1])
      })
    else { throw missing(path, "are not the sizes of images of the shape \(images.shape)") }
    return sizes
  }
}
