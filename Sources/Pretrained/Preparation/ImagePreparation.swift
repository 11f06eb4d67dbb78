import Checkpoints
import Images
import Support
import Tensors

/// Prepares images for a model, each on its own, so that it is the same alone and among others.
struct ImagePreparation {
  let processor: ImageProcessor
  /// The directory of the model, for messages.
  let directory: String?

  init(_ processor: ImageProcessor, directory: String? = nil) {
    self.processor = processor
    self.directory = directory
  }

  /// An image as the model takes it, `[1, 3, H, W]`.
  ///
  /// Where the processor does not convert to RGB, and transformers would refuse gray pictures and those with
  /// transparency, they are converted first: transparency is dropped, as Pillow's `convert("RGB")` does.
  func callAsFunction(_ image: Image) throws(DataError) -> Tensor {
    let image = processor.configuration.convertsToRGB || image.format == .rgb ? image : image.converted(to: .rgb)
    return try processor([image]).pixelValues
  }

  /// The part of an image that the model sees, in the image's own pixels: all of it, or what is cut out of its middle.
  ///
  /// - Throws: `DataError` for an image that cannot be prepared.
  func seenPart(of image: Image) throws(DataError) -> Image {
    guard let cut = processor.configuration.cropSize else { return image }
    let resized =
      try processor.configuration.targetSize(height: image.height, width: image.width) ?? (image.height, image.width)
    // A picture with a border around it is shown as it was prepared.
    if cut.width > resized.width || cut.height > resized.height { return try processor.prepared(image) }
    func part(_ cut: Int, of resized: Int, _ length: Int) -> (start: Int, length: Int) {
      let (start, end) = ((resized - cut) / 2 * length / resized, ((resized - cut) / 2 + cut) * length / resized)
      return (start, max(end - start, 1))
    }
    let (across, down) = (
      part(cut.width, of: resized.width, image.width), part(cut.height, of: resized.height, image.height)
    )
    return image.cropped(to: Rectangle(x: across.start, y: down.start, width: across.length, height: down.length))
  }

  /// The size of what an image becomes, found without making it.
  ///
  /// - Throws: ``PreparationError`` with the number of the image.
  func outputSize(of image: Image, _ index: Int) throws -> Extent {
    do {
      let size = try processor.configuration.outputSize(height: image.height, width: image.width)
      return Extent(height: size.height, width: size.width)
    } catch {
      throw PreparationError(index: index, reason: error.reason)
    }
  }

  /// Images of the one size that a model takes, `[I, 3, H, W]`.
  ///
  /// - Parameter start: the number of the first image among those that the caller was given.
  /// - Throws: ``PreparationError`` with the number of the image.
  func batch(_ images: [Image], from start: Int = 0, size: Extent) throws -> Tensor {
    var prepared: [Tensor] = []
    for (index, image) in images.enumerated() {
      let output = try outputSize(of: image, start + index)
      guard output == size else {
        throw DataError(
          .mismatch, file: directory,
          reason: "the image processor makes pictures of \(output.width)×\(output.height), but the model takes "
            + "\(size.width)×\(size.height): preprocessor_config.json and config.json do not belong together")
      }
      do {
        prepared.append(try self(image))
      } catch {
        throw PreparationError(index: start + index, reason: error.reason)
      }
    }
    return Tensor.cat(prepared, dim: 0)
  }
}

/// An image that cannot be prepared for a model: which one, and why.
public struct PreparationError: Error, Equatable, CustomStringConvertible {
  /// Its place among the images given, from 0.
  public let index: Int
  /// Why it cannot be prepared.
  public let reason: String

  /// One line.
  public var description: String { "image \(index + 1): \(reason)" }
}
