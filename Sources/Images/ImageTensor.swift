import Support
import Tensors

extension Image {
  /// The image as numbers for a model: `[C, H, W]`, each sample divided by 255.
  public func tensor() -> Tensor {
    let plane = width * height
    var scalars = [Float](repeating: 0, count: pixels.count)
    for channel in 0..<channels {
      for index in 0..<plane {
        scalars[channel * plane + index] = Float(pixels[index * channels + channel]) / 255
      }
    }
    return Tensor(scalars, shape: [channels, height, width])
  }

  /// The picture of a tensor `[C, H, W]` with one or three channels, or `[H, W]`: values from 0 to 1 become 0 to 255,
  /// rounded to nearest; what is outside is cut off, and NaN becomes 0.
  public init(_ tensor: Tensor) {
    let shape = tensor.shape.count == 2 ? [1] + tensor.shape : tensor.shape
    guard shape.count == 3, shape[0] == 1 || shape[0] == 3 else {
      reportMisuse(
        "Image", "a picture is made of [C, H, W] with 1 or 3 channels or of [H, W], not of \(tensor.shape)")
    }
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let scalars = tensor.scalars
    var pixels = [UInt8](repeating: 0, count: scalars.count)
    for channel in 0..<channels {
      for index in 0..<height * width {
        let value = scalars[channel * height * width + index]
        pixels[index * channels + channel] = value > 0 ? UInt8(min(value, 1) * 255 + 0.5) : 0
      }
    }
    self.init(width: width, height: height, format: channels == 1 ? .gray : .rgb, pixels: pixels)
  }
}
