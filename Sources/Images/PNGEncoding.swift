import CPNG
import Support

extension Image {
  /// The image as the bytes of a PNG of 8-bit samples, the same bytes for the same pixels.
  public func pngData() -> [UInt8] {
    var header = png_image()
    header.version = UInt32(PNG_IMAGE_VERSION)
    header.width = UInt32(width)
    header.height = UInt32(height)
    header.format =
      switch format {
      case .gray: 0
      case .rgb: PNG_FORMAT_FLAG_COLOR
      case .rgba: PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA
      }
    defer { png_image_free(&header) }
    // Deflate never grows data by more than this; 64 bytes a piece cover the chunks around it.
    let raw = pixels.count + height
    var capacity = raw + raw / 8 + raw / 64 + 64 * (raw / 8192 + 16)
    let encoded = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, written in
      let succeeded = png_image_write_to_memory(
        &header, buffer.baseAddress, &capacity, 0, pixels, Int32(stride), nil)
      written = succeeded == 1 ? capacity : 0
    }
    if encoded.isEmpty { reportMisuse("pngData", "libpng cannot write a picture of \(self)") }
    return encoded
  }

  /// Writes the image as a PNG: under a temporary name first, so that a failure leaves nothing half done.
  ///
  /// - Throws: `DataError` naming the path and the system's reason.
  public func writePNG(to path: String) throws(DataError) {
    try FileSystem.write(pngData(), to: path)
  }
}
