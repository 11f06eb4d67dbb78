import Datasets
import Evaluation
import Images
import Pretrained
import Support
import Tensors
import TestSupport
import Testing
import Training

/// The shipped reader against transformers, on drawn pages that are kept as files.
struct ReaderParityTests {
  @Test func transformersReadsTheSame() throws {
    let directory = try ShippedCheckpoint.reader.directory
    let reader = try Captioning(directory: directory)
    let evaluation = try ReaderEvaluation(reader)
    let processor = try ImageProcessor(directory: directory)
    let pages = try Fixture("reader/answers.json")["pages"].elements
    #expect(pages.count == 6)
    for page in pages {
      let name = page["file"].text
      let image = try Image(contentsOf: Fixture.url("reader/\(name)").path)
      for task in DocumentTask.allCases {
        let recorded = page[task == .fields ? "fields" : "text"]
        let answer = try reader([image], evaluation.options(task))[0][0]
        #expect(answer.ids == recorded["ids"].integers, "\(name), \(task)")
        #expect(answer.text == recorded["text"].text, "\(name), \(task)")
      }
      let first = IntTensor([Array(page["fields"]["ids"].integers.prefix(8))])
      let pixels = try processor([image]).pixelValues
      let logits = noGrad { reader.model(pixels, captions: first) }
      // Every sixteenth is recorded.
      let wanted = page["logits"].floats
      let ours = stride(from: 0, to: logits.shape[2] * 8, by: 16).map { Double(logits.scalars[$0]) }
      #expect(logits.shape[2] % 16 == 0 && ours.count == wanted.count)
      #expect(zip(ours, wanted).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
    }
  }

  @Test func thePagesAreTheOnesThatAreDrawn() throws {
    for (split, name, count) in [(DocumentSplit.heldOut, "held-out", 4), (.newLayouts, "new-layout", 2)] {
      for index in 0..<count {
        let image = try Image(contentsOf: Fixture.url("reader/\(name)-\(index).png").path)
        #expect(image.pixels == Documents(split: split, seed: 9)[index].image().pixels)
      }
    }
  }
}
