import Datasets
import Tensors
import Testing

@testable import Evaluation

struct PixelNeighborsTests {
  @Test func theNearestIsFoundWithItsDistance() throws {
    let scenes = Scenes(split: .training, seed: 2).prefix(60)
    let known = PixelNeighbors(scenes)
    for (index, neighbor) in known(Scene.tensor(scenes)).enumerated() {
      #expect(neighbor == PixelNeighbors.Neighbor(index: index, distance: 0))
    }
    let asked = Scene.tensor(Scenes(split: .heldOut, seed: 3).prefix(20))
    for (row, neighbor) in known(asked).enumerated() {
      let distances = scenes.map { scene in
        let difference = asked[row] - Scene.tensor([scene])[0]
        return (difference * difference).mean().item
      }
      let least = try #require(distances.min())
      #expect(abs(neighbor.distance - least) < 1e-5)
      #expect(abs(distances[neighbor.index] - least) < 1e-5)
    }
  }
}
