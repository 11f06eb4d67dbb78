import Foundation

/// libwebp, looked up when the first WebP is read, for the reasons that ``TurboJPEG`` has.
///
/// These three functions have been the same since libwebp 0.3 (2013).
struct WebPLibrary: Sendable {
  /// Bytes, their count, ten numbers that are filled in (`WebPBitstreamFeatures`), the version of that structure.
  private let features:
    @convention(c) @Sendable (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Int32>?, Int32) -> Int32
  /// Bytes, their count; samples, their count, bytes of a row. Answers with the samples, or with null.
  private typealias Decode =
    @convention(c) @Sendable (
      UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Int, Int32
    ) -> UnsafeMutablePointer<UInt8>?
  private let decodeRGB, decodeRGBA: Decode

  /// The library, or nil where it is not installed.
  static let installed = WebPLibrary(
    names: [
      "libwebp.so.7", "libwebp.so", "libwebp.dylib", "/opt/homebrew/lib/libwebp.dylib",
      "/opt/homebrew/opt/webp/lib/libwebp.dylib", "/usr/local/lib/libwebp.dylib",
      "/usr/local/opt/webp/lib/libwebp.dylib",
    ])

  init?(names: [String]) {
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
      let features = dlsym(library, "WebPGetFeaturesInternal"),
      let decodeRGB = dlsym(library, "WebPDecodeRGBInto"), let decodeRGBA = dlsym(library, "WebPDecodeRGBAInto")
    else { return nil }
    self.features = unsafeBitCast(features, to: type(of: self.features))
    self.decodeRGB = unsafeBitCast(decodeRGB, to: Decode.self)
    self.decodeRGBA = unsafeBitCast(decodeRGBA, to: Decode.self)
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
