import Tensors
import Testing

@testable import Plots

@Suite struct PrincipalPlaneTests {
  /// Points of a plane in space: 5 along one direction for each 1 along another that is at right angles to it.
  private let places: [(Float, Float)] = [(5, 1), (5, -1), (-5, 1), (-5, -1)]
  private var points: Tensor {
    Tensor(places.flatMap { [3 + 0.6 * $0, 1 + 0.8 * $0, 2 + $1] }, shape: [4, 3])
  }

  @Test func theFirstDirectionIsThatOfTheLargestVariance() {
    let components = principalComponents(points, count: 2)
    #expect(components.shape == [4, 2])
    for (index, place) in places.enumerated() {
      let found = components[index].scalars
      #expect(abs(abs(found[0]) - 5) < 1e-4 && abs(abs(found[1]) - 1) < 1e-4)
      // The sign of a direction means nothing, but it is the same for all points.
      #expect((found[0] * components[0].scalars[0] > 0) == (place.0 > 0))
      #expect((found[1] * components[0].scalars[1] > 0) == (place.1 > 0))
    }
  }

  @Test func eachPairIsJoined() {
    let plot = ScatterPlot.principalPlane(
      "plane", ("pictures", points[0..<2]), ("captions", points[2..<4]), labels: ["a", "b"], range: -6...6)
    #expect(plot.groups.map(\.name) == ["pictures", "captions"] && plot.groups[1].labels == ["a", "b"])
    #expect(plot.arrows.count == 2 && plot.arrows.allSatisfy { !$0.hasHead })
    #expect(plot.arrows.allSatisfy { abs($0.start.x) > 4.9 && abs($0.end.x + $0.start.x) < 1e-4 })
    #expect(plot.x.range == -6...6 && plot.y.range == -6...6)
  }
}
