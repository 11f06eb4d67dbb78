import Tensors

extension ScatterPlot {
  /// Pairs of vectors on the two directions along which all of them together vary most; a line joins each pair.
  ///
  /// - Parameters:
  ///   - title: what is shown: the heading.
  ///   - first: the vectors of the first kind, `[N, D]`, with the kind's name.
  ///   - second: those of the second kind, a partner for each of the first.
  ///   - labels: texts at the points of the second kind.
  ///   - range: of both axes; as the points need if nil.
  public static func principalPlane(
    _ title: String, _ first: (name: String, vectors: Tensor), _ second: (name: String, vectors: Tensor),
    labels: [String] = [], range: ClosedRange<Double>? = nil
  ) -> ScatterPlot {
    let plane = noGrad { principalComponents(Tensor.cat([first.vectors, second.vectors], dim: 0), count: 2) }
    let (x, y) = (plane.select(0, dim: 1).scalars, plane.select(1, dim: 1).scalars)
    let count = first.vectors.shape[0]
    return ScatterPlot(
      title, x: Axis("first principal direction", range: range), y: Axis("second principal direction", range: range),
      groups: [
        ScatterGroup(first.name, x: Array(x[..<count]), y: Array(y[..<count])),
        ScatterGroup(second.name, x: Array(x[count...]), y: Array(y[count...]), labels: labels),
      ],
      arrows: (0..<count).map {
        ScatterArrow(from: (x[$0], y[$0]), to: (x[count + $0], y[count + $0]), hasHead: false)
      },
      isEqualAspect: true)
  }
}

/// Points less their mean on the first of their principal directions, `[N, D]` → `[N, count]`.
///
/// A direction is found by power iteration: a vector that is multiplied with the covariance again and again turns
/// towards the direction of the largest variance. That part is then taken out of the covariance.
func principalComponents(_ points: Tensor, count: Int) -> Tensor {
  let centered = points - points.mean(dim: 0, keepDims: true)
  var covariance = centered.T.matmul(centered)  // [D, D]
  let directions = (0..<count).map { _ in
    var direction = Tensor.ones([1, points.shape[1]])
    for _ in 0..<300 { direction = direction.matmul(covariance).l2Normalized() }
    let variance = direction.matmul(covariance).matmul(direction.T)  // [1, 1]
    covariance = covariance - direction.T.matmul(direction) * variance
    return direction
  }
  return centered.matmul(Tensor.cat(directions, dim: 0).T)
}
