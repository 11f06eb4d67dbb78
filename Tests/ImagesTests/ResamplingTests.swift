import Foundation
import Testing

@testable import Images

/// One resizing of an image made by `Image.congruential`, with hashes of both libraries' bytes.
///
/// `Tests/Fixtures/images/make_resizes.py` writes them.
private struct ResizeCase: Decodable {
  let `case`: [Int]
  let pillow, torchvision: String
}

@Test func bothResizersGiveTheirLibrarysBytes() throws {
  let cases = try JSONDecoder().decode([ResizeCase].self, from: Data(Fixtures.bytes("images/resizes.json")))
  #expect(cases.count > 570)
  for item in cases {
    let numbers = item.case
    let image = try Image.congruential(numbers[0], numbers[1], numbers[2], seed: numbers[3], hard: numbers[4] == 1)
    let filter = try #require(ResamplingFilter(rawValue: numbers[7]))
    for (backend, expected) in [(ResamplingBackend.pillow, item.pillow), (.torchvision, item.torchvision)] {
      let resized = image.resized(width: numbers[5], height: numbers[6], filter: filter, backend: backend)
      #expect(resized.width == numbers[5] && resized.height == numbers[6])
      #expect(
        fowlerNollVo(resized.pixels) == expected, "\(image) to \(numbers[5])×\(numbers[6]), \(filter), \(backend)")
    }
  }
}

@Test(arguments: ResamplingBackend.allCases, ResamplingFilter.allCases)
func aFlatImageStaysFlat(backend: ResamplingBackend, filter: ResamplingFilter) {
  let image = Image(width: 37, height: 90, color: Color(red: 3, green: 200, blue: 255))
  let resized = image.resized(width: 50, height: 11, filter: filter, backend: backend)
  #expect(resized == Image(width: 50, height: 11, color: Color(red: 3, green: 200, blue: 255)))
  #expect(image.resized(width: 37, height: 90, filter: filter, backend: backend) == image)
}

/// The bands that threads share must not show: the same image is resized in one band when it is a part of a small one.
@Test func largeImagesAreResizedAsSmallOnes() throws {
  let strip = try Image.congruential(1_500, 4, 3, seed: 9)
  var tall = Image(width: 1_500, height: 1_200)
  for y in Swift.stride(from: 0, to: 1_200, by: 4) { tall.paste(strip, x: 0, y: y) }
  let wanted = strip.resized(width: 200, height: 4)
  let resized = tall.resized(width: 200, height: 1_200)
  #expect(resized.tiles(width: 200, height: 4).allSatisfy { $0 == wanted })
}
