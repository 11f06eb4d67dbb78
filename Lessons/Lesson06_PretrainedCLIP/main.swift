/*:
# 6. Using Pretrained CLIP

CLIP was trained on 400 million pictures with their captions (Radford et al. 2021). Whoever has its weights has a
classifier for any classes that can be named: no training, only words.

With a flag of its own the lesson looks at your picture instead:
`--model clip-vit-base-patch32 --image dog.jpg --text "a photo of a dog" --text "a photo of a cat"`, and `--json` for
the numbers alone.
*/
import ArgumentParser
import ModelTasks
import Notebook

/// The notebook's four candidates.
let candidates = ["a photo of a dog", "a photo of a cat", "a photo of a bird", "a photo of a car"]

struct Options: LessonOptions {
  @OptionGroup var common: CommonOptions
  @OptionGroup var input: ZeroShotFlags
  var task: (any LessonTask)? { input.task(defaultTexts: candidates) }
}

let lesson = Lesson(6, "Using Pretrained CLIP", options: Options.self)

/*:
## 6.1 Zero-shot classification

The image tower makes one vector of a picture, the text tower one of each candidate. The candidate whose vector points
most nearly the same way is the answer: with unit vectors $i$ and $t_k$ and CLIP's learned scale $s$,

$$p_k = \frac{\exp(s \; i \cdot t_k)}{\sum_j \exp(s \; i \cdot t_j)}$$
*/
section("6.1 Zero-shot classification")
verbatim(
  """
  image ──→ [image tower] ──→ unit vector ──┐
                                            ├──→ scaled cosines ──→ softmax over the texts
  texts ──→ [text tower]  ──→ unit vectors ─┘
  """)
for candidate in candidates { show("Candidate", candidate) }
