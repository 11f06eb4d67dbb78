/// What a decoder makes of a file.
struct DecodedImage {
  /// The pixels as colours.
  let image: Image
  /// How the file stores them.
  let mode: StoredMode
  /// What the file stores where that is not colours: the indices of a palette as a grey image, the four inks of print in
  /// the four channels of another.
  var samples: Image?
}
