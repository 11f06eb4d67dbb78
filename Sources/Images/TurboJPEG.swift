import Foundation

/// libjpeg-turbo, looked up when the first JPEG is read.
///
/// Nothing in the course needs JPEG, so the package must build and run without this library. Linking against it where
/// `Package.swift` finds its header would do that too, but the package manager keeps a manifest's answer: who installs
/// the library later would not get it. Looked up at run time it works from the next run on, with no build at all. These
/// six functions have been the same since libjpeg-turbo 2.0 (2018).
struct TurboJPEG: Sendable {
  typealias Handle = UnsafeMutableRawPointer

  let start: @convention(c) @Sendable () -> Handle?
  let end: @convention(c) @Sendable (Handle) -> Int32
  let complaint: @convention(c) @Sendable (Handle) -> UnsafePointer<CChar>?
  let errorCode: @convention(c) @Sendable (Handle) -> Int32
  /// Handle, bytes, their count; width, height, subsampling, color space.
  let readHeader:
    @convention(c) @Sendable (
      Handle, UnsafePointer<UInt8>?, CUnsignedLong, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>,
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
    ) -> Int32
  /// Handle, bytes, their count, samples; width, bytes of a row (0 for no padding), height, layout, flags.
  let decompress:
    @convention(c) @Sendable (
      Handle, UnsafePointer<UInt8>?, CUnsignedLong, UnsafeMutablePointer<UInt8>?, Int32, Int32, Int32, Int32, Int32
    ) -> Int32

  /// `enum TJPF`: how samples are laid out.
  enum Layout: Int32 {
    case rgb = 0
    case gray = 6
    case cmyk = 11
  }

  /// `enum TJCS`: what samples mean in the file.
  enum ColorSpace: Int32 {
    case rgb = 0
    case yCbCr, gray, cmyk, ycck
  }

  /// `TJERR_WARNING`: the picture is there, with something to say about it.
  static let warning: Int32 = 0

  /// `TJFLAG_ACCURATEDCT`, the slow exact transform, and `TJFLAG_LIMITSCANS`, against files of endless scans.
  static let flags: Int32 = 4_096 | 32_768

  /// The library, or nil where it is not installed.
  static let installed = TurboJPEG(
    names: [
      "libturbojpeg.so.0", "libturbojpeg.so", "libturbojpeg.dylib", "/opt/homebrew/lib/libturbojpeg.dylib",
      "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.dylib", "/usr/local/lib/libturbojpeg.dylib",
      "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.dylib",
    ])

  init?(names: [String]) {
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
      let start = dlsym(library, "tjInitDecompress"), let end = dlsym(library, "tjDestroy"),
      let complaint = dlsym(library, "tjGetErrorStr2"), let errorCode = dlsym(library, "tjGetErrorCode"),
      let readHeader = dlsym(library, "tjDecompressHeader3"), let decompress = dlsym(library, "tjDecompress2")
    else { return nil }
    // `dlsym` knows no types: a cast is the only way from its pointers to functions.
    self.start = unsafeBitCast(start, to: type(of: self.start))
    self.end = unsafeBitCast(end, to: type(of: self.end))
    self.complaint = unsafeBitCast(complaint, to: type(of: self.complaint))
    self.errorCode = unsafeBitCast(errorCode, to: type(of: self.errorCode))
    self.readHeader = unsafeBitCast(readHeader, to: type(of: self.readHeader))
    self.decompress = unsafeBitCast(decompress, to: type(of: self.decompress))
  }

  /// What the library last complained about.
  func message(_ handle: Handle) -> String {
    complaint(handle).map { String(cString: $0) } ?? "no reason given"
  }
}
