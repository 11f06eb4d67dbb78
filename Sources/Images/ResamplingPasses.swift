import Dispatch
import Tensors

/// Numbers that are added at once in the passes below.
private typealias Lanes = SIMD8<Int32>

extension Image {
  /// One pass along the rows. Sums of integers are the same in any order, so lanes and threads change no byte.
  func resampledHorizontally(_ weights: ResamplingWeights) -> Image {
    guard weights.newCount != weights.oldCount else { return self }
    let (channels, oldStride, newStride) = (channels, stride, weights.newCount * channels)
    // Room behind each plane, for lanes that are read past the last pixel and weighed with zero.
    let planeStride = width + weights.room
    let result = [UInt8](unsafeUninitializedCapacity: height * newStride) { target, written in
      pixels.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let (source, target) = (source, target)
        Self.inBands(of: height, work: height * newStride * weights.room) { rows in
          withUnsafeTemporaryAllocation(of: UInt8.self, capacity: planeStride * channels) { planes in
            planes.initialize(repeating: 0)
            for row in rows {
              let line = UnsafeBufferPointer(rebasing: source[row * oldStride..<(row + 1) * oldStride])
              Self.separate(line, into: planes, stride: planeStride, channels: channels)
              let output = UnsafeMutableBufferPointer(rebasing: target[row * newStride..<(row + 1) * newStride])
              Self.weigh(planes, planeStride: planeStride, channels: channels, weights, into: output)
            }
          }
        }
      }
      written = height * newStride
    }
    return Image(width: weights.newCount, height: height, format: format, pixels: result)
  }

  /// One pass along the columns.
  func resampledVertically(_ weights: ResamplingWeights) -> Image {
    guard weights.newCount != weights.oldCount else { return self }
    let stride = stride
    let result = [UInt8](unsafeUninitializedCapacity: weights.newCount * stride) { target, written in
      pixels.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let (source, target) = (source, target)
        Self.inBands(of: weights.newCount, work: weights.newCount * stride * weights.room) { rows in
          withUnsafeTemporaryAllocation(of: Int32.self, capacity: stride) { sums in
            for row in rows {
              sums.initialize(repeating: 1 << (weights.precision - 1))
              let start = weights.starts[row]
              for tap in 0..<weights.counts[row] {
                let weight = weights.values[row * weights.room + tap]
                let line = UnsafeBufferPointer(rebasing: source[(start + tap) * stride..<(start + tap + 1) * stride])
                for index in 0..<stride { sums[index] &+= Int32(line[index]) &* weight }
              }
              let output = UnsafeMutableBufferPointer(rebasing: target[row * stride..<(row + 1) * stride])
              for index in 0..<stride { output[index] = Self.byte(sums[index] >> weights.precision) }
            }
          }
        }
      }
      written = weights.newCount * stride
    }
    return Image(width: width, height: weights.newCount, format: format, pixels: result)
  }

  /// A row of interleaved samples as one plane a channel.
  @inline(__always)
  private static func separate(
    _ line: UnsafeBufferPointer<UInt8>, into planes: UnsafeMutableBufferPointer<UInt8>, stride: Int, channels: Int
  ) {
    let count = line.count / channels
    switch channels {
    case 3:
      for index in 0..<count {
        planes[index] = line[3 &* index]
        planes[stride &+ index] = line[3 &* index &+ 1]
        planes[2 &* stride &+ index] = line[3 &* index &+ 2]
      }
    default:
      for channel in 0..<channels {
        for index in 0..<count { planes[channel &* stride &+ index] = line[channels &* index &+ channel] }
      }
    }
  }

  /// The weighted sums of one row.
  @inline(__always)
  private static func weigh(
    _ planes: UnsafeMutableBufferPointer<UInt8>, planeStride: Int, channels: Int, _ weights: ResamplingWeights,
    into output: UnsafeMutableBufferPointer<UInt8>
  ) {
    let lanes = ResamplingWeights.lanes
    let planes = UnsafeRawBufferPointer(planes)
    weights.values.withUnsafeBytes { values in
      for index in 0..<weights.newCount {
        let taps = weights.counts[index]
        for channel in 0..<channels {
          let start = channel &* planeStride &+ weights.starts[index]
          var sums = Lanes()
          for tap in Swift.stride(from: 0, to: taps, by: lanes) {
            let bytes = planes.loadUnaligned(fromByteOffset: start &+ tap, as: SIMD8<UInt8>.self)
            let weight = values.loadUnaligned(fromByteOffset: (index &* weights.room &+ tap) &* 4, as: Lanes.self)
            sums &+= Lanes(truncatingIfNeeded: bytes) &* weight
          }
          let sum = sums.wrappedSum() &+ (1 << (weights.precision - 1))
          output[index &* channels &+ channel] = byte(sum >> weights.precision)
        }
      }
    }
  }

  /// Cut off to 0...255.
  @inline(__always)
  private static func byte(_ value: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(max(value, 0), 255))
  }

  /// Runs `body` on bands of rows, side by side where the work is worth it.
  private static func inBands(of count: Int, work: Int, _ body: @Sendable (Range<Int>) -> Void) {
    let bands = min(work / 1_000_000 + 1, Threads.count, count)
    if bands == 1 { return body(0..<count) }
    DispatchQueue.concurrentPerform(iterations: bands) { band in
      body(count * band / bands..<count * (band + 1) / bands)
    }
  }
}
