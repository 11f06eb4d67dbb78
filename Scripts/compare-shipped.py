"""Compares a model of the course's form in Python transformers with the lesson that runs it, on drawn scenes.

    swift run course draw .build/scenes
    python3 Scripts/compare-shipped.py DIRECTORY .build/scenes

The lesson prepares pictures and texts, runs the model and prints JSON; transformers does the same from the same files.
Prints the largest difference; ends with 1 if numbers differ by more than 0.0001 or a token differs.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import torch
import transformers
from PIL import Image


def lesson(name, arguments):
    """What a lesson prints with --json."""
    result = subprocess.run(["swift", "run", name, "--json"] + arguments, stdout=subprocess.PIPE, check=True)
    return json.loads(result.stdout)


def flags(name, values):
    return [argument for value in values for argument in (name, str(value))]


def numbers_differ(name, ours, theirs):
    difference = (torch.tensor(ours, dtype=torch.float64) - theirs.double()).abs().max().item()
    print(f"{name}: largest difference {difference:.2e}")
    return difference > 1e-4


def texts_differ(name, ours, theirs):
    unequal = [pair for pair in zip(ours, theirs) if pair[0] != pair[1]]
    print(f"{name}: {len(ours) - len(unequal)} of {len(ours)} equal")
    for pair in unequal[:3]:
        print("  lesson:", pair[0], "\n  transformers:", pair[1])
    return len(ours) != len(theirs) or bool(unequal)


def trimmed(rows, padding):
    """Rows of ids without the padding at their ends, except for the one that is the end token itself."""
    result = []
    for row in rows:
        row = list(row)
        while len(row) > 1 and row[-1] == padding and row[-2] == padding:
            row.pop()
        result.append(row)
    return result


def compare_clip(directory, files, pictures, scenes, processor, tokenizer):
    texts = [scene["caption"] for scene in scenes] + ["a photo of a dog, 3!", "A handwritten digit three"]
    model = transformers.CLIPModel.from_pretrained(directory)
    inputs = tokenizer(texts, padding=True, return_tensors="pt")
    logits = model(pixel_values=processor(pictures, return_tensors="pt").pixel_values, **inputs).logits_per_image
    ours = lesson(
        "Lesson06_PretrainedCLIP", ["--model", directory] + flags("--image", files) + flags("--text", texts))
    return numbers_differ("logits_per_image", ours["logits_per_image"], logits)


def compare_captioner(directory, files, pictures, scenes, processor, tokenizer):
    model = transformers.VisionEncoderDecoderModel.from_pretrained(directory)
    pixels = processor(pictures, return_tensors="pt").pixel_values
    failed = False
    # With 1 and with 4 beams, and as the model's own generation_config.json says.
    for beams in (1, 4, None):
        settings = {} if beams is None else {"num_beams": beams, "max_length": 32}
        asked = [] if beams is None else ["--beams", str(beams), "--max-length", "32"]
        name = "its own settings" if beams is None else f"{beams} beams"
        ids = model.generate(pixels, **settings).tolist()
        ours = lesson("Lesson07_Captioning", ["--model", directory] + asked + flags("--image", files))
        padding = model.config.pad_token_id
        failed |= texts_differ(f"ids with {name}", trimmed(ours["ids"], padding), trimmed(ids, padding))
        texts = [text.strip() for text in tokenizer.batch_decode(ids, skip_special_tokens=True)]
        failed |= texts_differ(f"captions with {name}", ours["captions"], texts)
        right = sum(text == scene["caption"] for text, scene in zip(texts, scenes))
        print(f"captions that are the canonical one: {right} of {len(scenes)}")
    return failed


def compare_vqa(directory, files, pictures, scenes, processor, tokenizer):
    model = transformers.ViltForQuestionAnswering.from_pretrained(directory)
    failed = False
    for question in sorted({scene["question"] for scene in scenes})[:5]:
        inputs = tokenizer([question] * len(pictures), return_tensors="pt")
        logits = model(**inputs, **processor(pictures, return_tensors="pt")).logits
        ours = lesson(
            "Lesson08_VQA", ["--model", directory, "--question", question] + flags("--image", files))
        failed |= numbers_differ(question, ours["logits"], logits)
    return failed


def compare_blip2(directory, files, pictures, scenes, processor, tokenizer):
    model = transformers.Blip2ForConditionalGeneration.from_pretrained(directory)
    both = transformers.Blip2Processor.from_pretrained(directory)
    ids = model.generate(**both(images=pictures, return_tensors="pt"), max_new_tokens=24)
    ours = lesson(
        "Lesson09_BLIP2", ["--model", directory, "--max-new-tokens", "24"] + flags("--image", files))
    texts = [text.strip() for text in tokenizer.batch_decode(ids, skip_special_tokens=True)]
    return texts_differ("texts", [text.strip() for text in ours["text"]], texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", help="a model's directory")
    parser.add_argument("scenes", type=pathlib.Path, help="what course draw has written")
    arguments = parser.parse_args()
    scenes = json.loads((arguments.scenes / "scenes.json").read_text())
    files = [arguments.scenes / scene["file"] for scene in scenes]
    pictures = [Image.open(file) for file in files]
    kind = json.loads((pathlib.Path(arguments.directory) / "config.json").read_text())["model_type"]
    comparisons = {
        "clip": compare_clip,
        "vision-encoder-decoder": compare_captioner,
        "vilt": compare_vqa,
        "blip-2": compare_blip2,
    }
    processor = transformers.AutoImageProcessor.from_pretrained(arguments.directory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.directory)
    with torch.inference_mode():
        failed = comparisons[kind](arguments.directory, files, pictures, scenes, processor, tokenizer)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
