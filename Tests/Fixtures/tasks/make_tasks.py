"""Makes small tokenizers for the random checkpoints `clip_eos2`, `clip_eosN`, `vit_gpt2`, `vit_gpt2_proj`, `vilt_vqa` and
`blip2_opt`, and records what transformers answers with them, from PNG files and texts to ids and words.

    python make_tasks.py            # needs torch, torchvision and transformers 5.23

Each folder here holds the tokenizer of one checkpoint; `expected.json` holds the answers. A test copies a checkpoint and
its tokenizer into one directory, as a published model has them.
"""

import json
import os
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch
from PIL import Image
from transformers import (
    AutoTokenizer, Blip2ForConditionalGeneration, Blip2Processor, BlipImageProcessor, CLIPModel, CLIPProcessor,
    ViltForQuestionAnswering, ViltProcessor, VisionEncoderDecoderModel, ViTImageProcessor)

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.dirname(HERE)
PHOTOS = os.path.join(FIXTURES, "..", "..", "Sources", "Datasets", "Resources")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ["photo", "dog", "cat", "bird", "the", "red", "what", "is", "in"]


def write(folder, name, content):
    path = os.path.join(HERE, folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        if isinstance(content, str):
            file.write(content)
        else:
            json.dump(content, file, ensure_ascii=False, indent=0, sort_keys=False)
            file.write("\n")


def merges_for(words, last=""):
    """The merges that build each word from the left, its last letter marked."""
    merges, tokens = [], []
    for word in words:
        parts = list(word)
        parts[-1] += last
        whole = parts[0]
        for part in parts[1:]:
            if (whole, part) not in merges:
                merges.append((whole, part))
                tokens.append(whole + part)
            whole += part
    return merges, tokens


def fill(tokens, size, special):
    """A vocabulary of exactly `size` tokens: special ones at their ids, the others around them."""
    names, rest = {}, [t for t in dict.fromkeys(tokens) if t not in special.values()]
    filler = 0
    for index in range(size):
        if index in special:
            names[special[index]] = index
        elif rest:
            names[rest.pop(0)] = index
        else:
            filler += 1
            names["unused" + str(filler)] = index
    assert not rest, (len(rest), size)
    return names


def clip_tokenizer(folder, begin, end):
    merges, tokens = merges_for(WORDS, last="</w>")
    base = [c for c in LETTERS + ".,!?'0123456789"] + [c + "</w>" for c in LETTERS + ".,!?'0123456789"]
    write(folder, "vocab.json", fill(base + tokens, 400, {begin: "<|startoftext|>", end: "<|endoftext|>"}))
    write(folder, "merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    write(folder, "tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer", "model_max_length": 20})


def gpt2_tokenizer(folder, size, special, config):
    merges, tokens = merges_for(["Ġa", "Ġin", "Ġphoto", "Ġcat"])
    base = list("Ġ" + LETTERS + "QAWI.,!?:'0123456789")
    write(folder, "vocab.json", fill(base + tokens, size, special))
    write(folder, "merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    write(folder, "tokenizer_config.json", config)


def added(special):
    return {
        str(id): {"content": text, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
                  "special": True}
        for id, text in special.items()}


def tokenizers():
    clip_tokenizer("clip_eos2", 398, 399)
    clip_tokenizer("clip_eosN", 396, 397)
    for folder, size in [("vit_gpt2", 150), ("vit_gpt2_proj", 120)]:
        gpt2_tokenizer(folder, size, {size - 1: "<|endoftext|>"}, {"tokenizer_class": "GPT2Tokenizer"})
    words = WORDS + ["animal", "color", "image", "sitting", "or", "standing", "it", "?"]
    pieces = [c for c in LETTERS] + ["##" + c for c in LETTERS]
    special = {0: "[PAD]", 1: "[UNK]", 2: "[CLS]", 3: "[SEP]", 4: "[MASK]"}
    vocabulary = fill(words + pieces, 120, special)
    write("vilt_vqa", "vocab.txt", "".join(token + "\n" for token in vocabulary))
    write("vilt_vqa", "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", "model_max_length": 16})
    special = {1: "<pad>", 2: "</s>", 5: "<end>", 139: "<image>"}
    gpt2_tokenizer("blip2_opt", 140, special, {
        "tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "bos_token": "</s>", "eos_token": "<end>",
        "unk_token": "</s>", "pad_token": "<pad>", "padding_side": "left",
        "added_tokens_decoder": added(special)})
    write("blip2_opt", "processor_config.json", {"processor_class": "Blip2Processor", "num_query_tokens": 4})


def directory(name, temporary):
    """A checkpoint and its tokenizer together."""
    path = os.path.join(temporary, name)
    shutil.copytree(os.path.join(FIXTURES, name), path, ignore=shutil.ignore_patterns("inputs*", "expected*", "*.bin"))
    shutil.copytree(os.path.join(HERE, name), path, dirs_exist_ok=True)
    return path


IMAGES = {
    "cat": os.path.join(PHOTOS, "chelsea.png"),
    "coffee": os.path.join(PHOTOS, "coffee.png"),
    "gradient": os.path.join(FIXTURES, "processors", "grad_50x37.png"),
}
TEXTS = ["a photo of a dog", "a photo of a cat", "A bird!", "the red car, 12"]
QUESTIONS = ["What animal is in the image?", "What color is the animal?", "Is the animal sitting or standing?"]
PROMPTS = ["Question: What is in the image? Answer:", "a photo of"]


def record():
    images = [Image.open(path).convert("RGB") for path in IMAGES.values()]
    expected = {"images": list(IMAGES), "texts": TEXTS, "questions": QUESTIONS, "prompts": PROMPTS}
    with tempfile.TemporaryDirectory() as temporary, torch.no_grad():
        for name in ["clip_eos2", "clip_eosN"]:
            path = directory(name, temporary)
            model, processor = CLIPModel.from_pretrained(path).eval(), CLIPProcessor.from_pretrained(path)
            inputs = processor(text=TEXTS, images=images, return_tensors="pt", padding=True)
            logits = model(**inputs).logits_per_image
            expected[name] = {
                "input_ids": inputs.input_ids.tolist(), "logits_per_image": logits.tolist(),
                "probs": logits.softmax(dim=1).tolist()}
        for name in ["vit_gpt2", "vit_gpt2_proj"]:
            path = directory(name, temporary)
            model = VisionEncoderDecoderModel.from_pretrained(path).eval()
            tokenizer, extractor = AutoTokenizer.from_pretrained(path), ViTImageProcessor.from_pretrained(path)
            pixels = extractor(images=images, return_tensors="pt").pixel_values
            expected[name] = {}
            for beams, length in [(1, 12), (3, 10), (4, 16)]:
                result = model.generate(
                    pixels, max_length=length, num_beams=beams, return_dict_in_generate=True, output_scores=True)
                expected[name][f"beams{beams}"] = {
                    "beams": beams, "max_length": length, "ids": result.sequences.tolist(),
                    "captions": tokenizer.batch_decode(result.sequences, skip_special_tokens=True),
                    "scores": result.sequences_scores.tolist() if beams > 1 else None}
        path = directory("vilt_vqa", temporary)
        model, processor = ViltForQuestionAnswering.from_pretrained(path).eval(), ViltProcessor.from_pretrained(path)
        logits = [
            model(**processor(image, question, return_tensors="pt")).logits[0]
            for image in images for question in QUESTIONS]
        expected["vilt_vqa"] = {
            "logits": [row.tolist() for row in logits],
            "answers": [model.config.id2label[row.argmax(-1).item()] for row in logits]}
        path = directory("blip2_opt", temporary)
        model = Blip2ForConditionalGeneration.from_pretrained(path).eval()
        processor = Blip2Processor.from_pretrained(path)
        expected["blip2_opt"] = {}
        captions = model.generate(**processor(images=images, return_tensors="pt"))
        pairs = [(image, prompt) for image in images for prompt in PROMPTS]
        inputs = processor(
            images=[image for image, _ in pairs], text=[prompt for _, prompt in pairs], padding=True, return_tensors="pt")
        texts = model.generate(**inputs, max_new_tokens=8)
        one = model.generate(**processor(images=images[0], text=PROMPTS[0], return_tensors="pt"))
        for key, ids in [("captions", captions), ("prompted", texts), ("single", one)]:
            expected["blip2_opt"][key] = {
                "ids": ids.tolist(), "text": processor.batch_decode(ids, skip_special_tokens=True)}
    with open(os.path.join(HERE, "expected.json"), "w", encoding="utf-8") as file:
        json.dump(expected, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    tokenizers()
    record()
