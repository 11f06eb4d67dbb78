import Support

extension Tensor {
  /// A tensor full of one value.
  public static func full(_ shape: [Int], _ value: Float) -> Tensor { filled(shape, value, "full") }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { filled(shape, 0, "zeros") }

  /// A tensor of ones.
  public static func ones(_ shape: [Int]) -> Tensor { filled(shape, 1, "ones") }

  private static func filled(_ shape: [Int], _ value: Float, _ operation: String) -> Tensor {
    let count = Shape.count(shape, operation)
    return Tensor(shape: shape, operation) { $0.update(repeating: value, count: count) }
  }

  /// The identity matrix.
  public static func eye(_ size: Int) -> Tensor {
    let count = Shape.count([size, size], "eye")
    return Tensor(shape: [size, size]) { out in
      out.update(repeating: 0, count: count)
      for i in 0..<size { out[i * size + i] = 1 }
    }
  }

  /// `0, 1, … count - 1` as floats.
  public static func arange(_ count: Int) -> Tensor {
    Tensor(shape: [Shape.count([count], "arange")]) { out in for i in 0..<count { out[i] = Float(i) } }
  }

  /// `count` values from `start` to `end`, both included, equally far apart.
  public static func linspace(_ start: Float, _ end: Float, _ count: Int) -> Tensor {
    _ = Shape.count([count], "linspace")
    let step = count > 1 ? (Double(end) - Double(start)) / Double(count - 1) : 0
    return Tensor(shape: [count]) { out in
      for i in 0..<count { out[i] = Float(Double(start) + Double(i) * step) }
    }
  }

  /// One row for each id: 1 at that place, 0 elsewhere. Shape: that of the ids and `classes`.
  public static func oneHot(_ ids: [Int], classes: Int) -> Tensor {
    for id in ids where id < 0 || id >= classes { fail("oneHot", "id \(id) is not one of \(classes) classes") }
    let count = Shape.count([ids.count, classes], "oneHot")
    return Tensor(shape: [ids.count, classes]) { out in
      out.update(repeating: 0, count: count)
      for (row, id) in ids.enumerated() { out[row * classes + id] = 1 }
    }
  }

  /// The same for ids of any shape, which `classes` is put behind.
  public static func oneHot(_ ids: IntTensor, classes: Int) -> Tensor {
    calling("oneHot", ("ids", ids.shape)) { oneHot(ids.scalars, classes: classes).reshape(ids.shape + [classes]) }
  }
}
