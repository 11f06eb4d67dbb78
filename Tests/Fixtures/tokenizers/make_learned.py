"""Merges that Hugging Face's tokenizers learn from a small corpus, to compare ours with: learned.json."""

import json
import pathlib

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

CORPUS = [
    "a red circle",
    "a red square above a blue circle",
    "two green triangles",
    "How many triangles are there?",
    "the circle isn't left of the square, it's right of it",
    "a photo of the digit three: 3",
    "  spaces  and\nlines, naïve café 数字",
    "a blue square and a small green circle below a large red star",
]

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=340, min_frequency=2, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
tokenizer.train_from_iterator(CORPUS, trainer)
model = json.loads(tokenizer.to_str())["model"]
vocabulary = sorted(model["vocab"], key=model["vocab"].get)
result = {"corpus": CORPUS, "merges": model["merges"], "vocabulary": vocabulary}
path = pathlib.Path(__file__).with_name("learned.json")
path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
