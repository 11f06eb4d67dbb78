import Support

/// libwebp, looked up when the first WebP is read.
///
/// These three functions have been the same since libwebp 0.3 (2013).
struct WebPLibrary: Sendable {
  /// Bytes, their count, ten numbers that are filled in (`WebPBitstreamFeatures`), the version of that structure.
  private typealias Features =
    @convention(c) @Sendable (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int32>?, Int32) -> Int32
  /// Bytes, their count; samples, their count, bytes of a row. Answers with the samples, or with null.
  private typealias Decode =
    @convention(c) @Sendable (
      UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Int, Int32
    ) -> UnsafeMutablePointer<UInt8>?
  private let features: Features
  private let decodeRGB, decodeRGBA: Decode

  /// The library, or nil where it is not installed.
  static let installed = DynamicLibrary("webp", version: 7, formula: "webp").flatMap(WebPLibrary.init)

  /// The functions of a library, or nil if it lacks one.
  init?(_ library: DynamicLibrary) {
    guard let features = library.function("WebPGetFeaturesInternal", as: Features.self),
      let decodeRGB = library.function("WebPDecodeRGBInto", as: Decode.self),
      let decodeRGBA = library.function("WebPDecodeRGBAInto", as: Decode.self)
    else { return nil }
    (self.features, self.decodeRGB, self.decodeRGBA) = (features, decodeRGB, decodeRGBA)
  }

  /// The size of a picture and whether it has an alpha channel, or nil where its start is damaged or missing.
  func size(of picture: ArraySlice<UInt8>) -> (width: Int, height: Int, hasAlpha: Bool)? {
    // width, height, has_alpha, has_animation, format, and room for more.
    var numbers = [Int32](repeating: 0, count: 16)
    let version: Int32 = 0x0209
    let status = picture.withUnsafeBufferPointer { features($0.baseAddress, $0.count, &numbers, version) }
    guard status == 0, numbers[0] > 0, numbers[1] > 0 else { return nil }
    return (Int(numbers[0]), Int(numbers[1]), numbers[2] != 0)
  }

  /// The pixels of a picture of that size, or nil where it is damaged or ends early.
  func decode(_ picture: ArraySlice<UInt8>, width: Int, height: Int, format: PixelFormat) -> Image? {
    let (stride, decode) = (width * format.channels, format == .rgba ? decodeRGBA : decodeRGB)
    var succeeded = false
    let pixels = [UInt8](unsafeUninitializedCapacity: stride * height) { buffer, written in
      succeeded = picture.withUnsafeBufferPointer {
        decode($0.baseAddress, $0.count, buffer.baseAddress, stride * height, Int32(stride)) != nil
      }
      written = succeeded ? stride * height : 0
    }
    return succeeded ? Image(width: width, height: height, format: format, pixels: pixels) : nil
  }
}
