// Resizing the last two dimensions.

import Support

/// How `Tensor.interpolate` finds the values between pixels.
public enum InterpolationMode: Sendable {
  /// The pixel whose area contains the position.
  case nearest
  /// Weighted mean of the four pixels around, pixel centers at half coordinates or, with `alignCorners`, the corner
  /// pixels' centers onto each other.
  case bilinear(alignCorners: Bool)
}

extension Tensor {
  /// Images of another size, without antialiasing: `nn.functional.interpolate`.
  ///
  /// - Parameter size: the new height and width.
  /// - Returns: `[B, C, height, width]` for images `[B, C, H, W]`.
  public func interpolate(size: (Int, Int), mode: InterpolationMode) -> Tensor {
    guard rank == 4, size.0 > 0, size.1 > 0, shape[2] > 0, shape[3] > 0 else {
      fail("interpolate", "images of shape \(shape) cannot become \(size.0) × \(size.1)")
    }
    let resultShape = [shape[0], shape[1], size.0, size.1]
    MemoryPool.require(Shape.count(resultShape, "interpolate"), shape: resultShape, "interpolate")
    // For each row and column, the rows or columns that it is made of are kept.
    MemoryPool.require(Shape.count([size.0, 3], "interpolate"), width: 8, shape: resultShape, "interpolate")
    MemoryPool.require(Shape.count([size.1, 3], "interpolate"), width: 8, shape: resultShape, "interpolate")
    guard case .bilinear(let alignCorners) = mode else {
      // Picked, not mixed with a weight of zero: infinities stay where they are.
      return indexSelect(Self.nearestPositions(from: shape[2], to: size.0), dim: 2)
        .indexSelect(Self.nearestPositions(from: shape[3], to: size.1), dim: 3).contiguous()
    }
    // Both directions are linear maps: each new row is a mixture of two old ones.
    let vertical = InterpolationTaps(from: shape[2], to: size.0, alignCorners: alignCorners)
    let horizontal = InterpolationTaps(from: shape[3], to: size.1, alignCorners: alignCorners)
    let (h, w) = (shape[2], shape[3])
    let planes = shape[0] * shape[1]
    let x = packed()
    let result = Tensor(shape: resultShape) { out in
      x.read { x in
        parallelFor(planes, grain: grainSize(total: functionGrain, perItem: size.0 * size.1)) { part in
          for plane in part {
            let x = x + plane * h * w
            var at = plane * size.0 * size.1
            for row in vertical.taps {
              let (upper, lower) = (x + row.first * w, x + row.second * w)
              for column in horizontal.taps {
                let above = upper[column.first] * column.weight0 + upper[column.second] * column.weight1
                let below = lower[column.first] * column.weight0 + lower[column.second] * column.weight1
                out[at] = above * row.weight0 + below * row.weight1
                at &+= 1
              }
            }
          }
        }
      }
    }
    let (ownShape, ownCount) = (shape, count)
    return result.recording(self) { g in
      let g = g.packed()
      return [
        Tensor(shape: ownShape) { out in
          out.update(repeating: 0, count: ownCount)
          g.read { g in
            for plane in 0..<planes {
              let out = out + plane * h * w
              var at = plane * size.0 * size.1
              for row in vertical.taps {
                for column in horizontal.taps {
                  let (above, below) = (g[at] * row.weight0, g[at] * row.weight1)
                  out[row.first * w + column.first] += above * column.weight0
                  out[row.first * w + column.second] += above * column.weight1
                  out[row.second * w + column.first] += below * column.weight0
                  out[row.second * w + column.second] += below * column.weight1
                  at &+= 1
                }
              }
            }
          }
        }
      ]
    }
  }

  /// Which old row (or column) each new one takes.
  private static func nearestPositions(from old: Int, to new: Int) -> [Int] {
    let scale = Float(old) / Float(new)
    return (0..<new).map { Swift.min(Int(Float($0) * scale), old - 1) }
  }
}

/// For each new row (or column): which two old ones it mixes, and how.
private struct InterpolationTaps {
  let taps: [(first: Int, second: Int, weight0: Float, weight1: Float)]

  init(from old: Int, to new: Int, alignCorners: Bool) {
    let scale = alignCorners ? (new > 1 ? Float(old - 1) / Float(new - 1) : 0) : Float(old) / Float(new)
    taps = (0..<new).map { index in
      let position = alignCorners ? scale * Float(index) : Swift.max(scale * (Float(index) + 0.5) - 0.5, 0)
      let first = Swift.min(Int(position), old - 1)
      let second = Swift.min(first + 1, old - 1)
      let weight = Swift.min(Swift.max(position - Float(first), 0), 1)
      return (first, second, 1 - weight, weight)
    }
  }
}
