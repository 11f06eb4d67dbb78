import Foundation
import Images
import Pretrained
import Support
import Tokenizers

private let modelFiles: Set = [
  "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
  "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
  "open_clip_config.json",
]

/// What a checkpoint keeps of its own beside them.
private let otherFiles: Set = [
  "model.safetensors", "open_clip_model.safetensors", "open_clip_pytorch_model.bin", "spiece.model",
]

/// Puts the files of an input in place of those of one of the checkpoints, which it names, reads that and lets it answer.
func readModel(_ bytes: [UInt8]) throws {
  let input = InputFiles(bytes)
  let name = String(decoding: (input["checkpoint"] ?? []).prefix { $0 > 0x20 }, as: UTF8.self)
  guard let answer = answers[name] else { return }
  folder.clear()
  for directory in ["\(fixtures)/\(name)", "\(fixtures)/tasks/\(name)"] {
    for file in FileManager.default.enumerator(atPath: directory)?.compactMap({ $0 as? String }) ?? []
    where modelFiles.contains(file) || otherFiles.contains(file) {
      folder.link(directory, file)
    }
  }
  input.write(modelFiles)
  try answer(folder.path(""))
}

/// A picture small enough to be prepared thousands of times a minute.
private let picture = Image(
  width: 5, height: 4, format: .rgb, pixels: (0..<60).map { UInt8($0 * 4) })

@Sendable private func compareWithTexts(_ directory: String) throws {
  let clip = try ZeroShot(directory: directory)
  _ = try clip(images: [picture], texts: ["a dog", "a photo of a cat"])
}

@Sendable private func readPicture(_ directory: String) throws {
  let captioner = try Captioning(directory: directory)
  _ = try captioner([picture], captioner.options(maximumLength: 4))
}

/// How to use each checkpoint, read from a directory.
private let answers: [String: @Sendable (String) throws -> Void] = [
  "blip/caption": {
    let blip = try BLIPCaptioning(directory: $0)
    _ = try blip.captions(of: [picture], prompt: "a photo of", blip.options(maximumLength: 8))
  },
  "blip/vqa": {
    let blip = try BLIPQuestionAnswering(directory: $0)
    _ = try blip.answers(about: [picture], to: ["what is this?"], blip.options(maximumLength: 4))
  },
  "clip_eosN": compareWithTexts,
  "open_clip/quick": compareWithTexts,
  "open_clip/resnet": compareWithTexts,
  "open_clip/vit": compareWithTexts,
  "siglip": compareWithTexts,
  "trocr_base": readPicture,
  "trocr_stage1": readPicture,
  "vit_classifier": {
    let classifier = try ImageClassification(directory: $0)
    _ = try classifier([picture]).best(5)
    _ = try classifier.rollout(picture)
  },
  "vit_gpt2": readPicture,
  "vilt_vqa": {
    let vilt = try QuestionAnswering(directory: $0)
    _ = vilt.answers(try vilt([(picture, "what is this?")]))
  },
  "blip2_opt": {
    let blip = try BLIP2(directory: $0)
    _ = blip.rows(try blip([(picture, "a photo of"), (picture, nil)], blip.options(maximumNewTokens: 2)).map { $0[0] })
  },
]
