/*:
# 9. BLIP-2 - State of the Art

BLIP-2 (Li et al. 2023) trains neither to see nor to write: it takes an image encoder and a language model as they are,
and trains a small transformer between them.

With a flag of its own the lesson looks at your picture instead:
`--model blip2-opt-2.7b --image dog.jpg --prompt "Question: What is in the image? Answer:"`, without `--prompt` for a
caption, with `--max-new-tokens 20`, and `--json` for tokens and text alone.
*/
import ArgumentParser
import ModelTasks
import Notebook

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: BLIP2Flags
  var task: (any LessonTask)? { input.task() }
}

let lesson = Lesson(9, "BLIP-2 - State of the Art", options: Options.self)

/*:
## 9.1 Architecture

The Q-Former has a few learned queries. They attend to the picture's tokens and come out as that many tokens of the
language model, which reads them in front of the prompt as if they were words.
*/
section("9.1 Architecture")
verbatim(
  """
  Image ──→ [Frozen ViT] ──→ [Q-Former] ──→ [Frozen LLM] ──→ Response
                                  ↑
                          Learnable queries
  """)
