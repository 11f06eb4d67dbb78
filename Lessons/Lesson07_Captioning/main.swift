/*:
# 7. Image Captioning

A Vision Transformer looks at the picture; a language model writes, and at each word looks back at what was seen.

With a flag of its own the lesson captions your picture instead:
`--model vit-gpt2-image-captioning --image dog.jpg`, with `--beams 4` and `--max-length 16` as in the notebook, and
`--json` for tokens, captions and scores alone.
*/
import ArgumentParser
import ModelTasks
import Notebook

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: CaptioningFlags
  var task: (any LessonTask)? { input.task() }
}

let lesson = Lesson(7, "Image Captioning", options: Options.self)

/*:
## 7.1 Architecture

The decoder is a GPT-like language model with one addition: between its attention to the words so far and its
feed-forward part, every block attends to the encoder's tokens. Queries come from the words, keys and values from the
picture.
*/
section("7.1 Architecture")
verbatim(
  """
  Image ──→ [ViT Encoder] ──→ Image Features
                                     ↓
                [Cross-Attention in Decoder]
                                     ↓
                           [GPT-like Decoder] ──→ Caption
  """)
