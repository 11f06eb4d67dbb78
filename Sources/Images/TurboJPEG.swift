import Support

/// libjpeg-turbo, looked up when the first JPEG is read.
///
/// These six functions have been the same since libjpeg-turbo 2.0 (2018).
struct TurboJPEG: Sendable {
  typealias Handle = UnsafeMutableRawPointer

  typealias Start = @convention(c) @Sendable () -> Handle?
  typealias End = @convention(c) @Sendable (Handle) -> Int32
  typealias Complaint = @convention(c) @Sendable (Handle) -> UnsafePointer<CChar>?
  /// Handle, bytes, their count; width, height, subsampling, color space.
  typealias ReadHeader =
    @convention(c) @Sendable (
      Handle, UnsafePointer<UInt8>?, CUnsignedLong, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>,
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
    ) -> Int32
  /// Handle, bytes, their count, samples; width, bytes of a row (0 for no padding), height, layout, flags.
  typealias Decompress =
    @convention(c) @Sendable (
      Handle, UnsafePointer<UInt8>?, CUnsignedLong, UnsafeMutablePointer<UInt8>?, Int32, Int32, Int32, Int32, Int32
    ) -> Int32

  let start: Start
  let end, errorCode: End
  let complaint: Complaint
  let readHeader: ReadHeader
  let decompress: Decompress

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
  static let installed = DynamicLibrary("turbojpeg", version: 0, formula: "jpeg-turbo").flatMap(TurboJPEG.init)

  /// The functions of a library, or nil if it lacks one.
  init?(_ library: DynamicLibrary) {
    guard let start = library.function("tjInitDecompress", as: Start.self),
      let end = library.function("tjDestroy", as: End.self),
      let complaint = library.function("tjGetErrorStr2", as: Complaint.self),
      let errorCode = library.function("tjGetErrorCode", as: End.self),
      let readHeader = library.function("tjDecompressHeader3", as: ReadHeader.self),
      let decompress = library.function("tjDecompress2", as: Decompress.self)
    else { return nil }
    (self.start, self.end, self.complaint, self.errorCode) = (start, end, complaint, errorCode)
    (self.readHeader, self.decompress) = (readHeader, decompress)
  }

  /// What the library last complained about.
  func message(_ handle: Handle) -> String {
    complaint(handle).map { String(cString: $0) } ?? "no reason given"
  }
}
