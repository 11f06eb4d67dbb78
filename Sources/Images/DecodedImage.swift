/// What a decoder makes of a file.
struct DecodedImage {
  /// The pixels as colors.
  let image: Image
  /// How the file stores them.
  let mode: StoredMode
  /// What the file stores where that is not colors: the indices of a palette as a gray image, the four inks of print in
  /// the four channels of another.
  var samples: Image?
}
