import Images
import Support

/// Reads a picture, and makes of it what a model needs.
func readPicture(_ bytes: [UInt8]) throws {
  let file = try ImageFile(bytes)
  require((1...8).contains(file.orientation))
  require(file.image.pixels.count == file.image.width * file.image.height * file.image.format.channels)
  let upright = file.upright
  require(upright.width * upright.height == file.image.width * file.image.height)
  let colors = upright.converted(to: .rgb)
  require(colors.pixels.count == 3 * colors.width * colors.height)
  for channel in file.uprightChannels ?? [] {
    require(channel.width == upright.width && channel.height == upright.height)
  }
}

/// Reads a PNG as it is, and with its checksums made right, so that changes reach what they protect.
func readPNG(_ bytes: [UInt8]) throws {
  var repaired = bytes
  repairChecksums(&repaired)
  if repaired != bytes { _ = try? ImageFile(bytes) }
  try readPicture(repaired)
}

private func repairChecksums(_ bytes: inout [UInt8]) {
  var offset = 8
  while offset + 12 <= bytes.count {
    let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    guard offset + 12 + length <= bytes.count else { return }
    let checksum = bytes[offset + 4..<offset + 8 + length].withUnsafeBytes(CRC32.of)
    for byte in 0..<4 { bytes[offset + 8 + length + byte] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * byte)) }
    offset += 12 + length
  }
}
