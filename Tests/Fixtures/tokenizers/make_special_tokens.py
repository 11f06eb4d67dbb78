"""Records in `special_tokens.json` what transformers makes of the several files in which special and added tokens stand.

    python make_special_tokens.py            # needs transformers 5.24 and tokenizers 0.23

Each case is a small directory, given by its files, with ids, types and decoded texts for a few texts and pairs.
"""

import json
import os
import pathlib
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

from transformers import AutoTokenizer

HERE = pathlib.Path(__file__).resolve().parent
PIECES = "[PAD] [UNK] [CLS] [SEP] [MASK] a b x y dog ##s [ ] < > s ent ! e ##e".split()
BERT = {"vocab.txt": "".join(piece + "\n" for piece in PIECES)}
BYTES = [chr(code) for code in [*range(0x21, 0x7F), 0x120]]
CLIP_VOCABULARY = {text: index for index, text in enumerate(
    BYTES + [text + "</w>" for text in BYTES] + ["<|startoftext|>", "<|endoftext|>"])}
CLIP = {"vocab.json": CLIP_VOCABULARY, "merges.txt": "#version: 0.2\n"}
GPT2 = {"vocab.json": {text: index for index, text in enumerate(BYTES + ["<|endoftext|>"])}, "merges.txt": "#version: 0.2\n"}
TEXTS = ["a dogs x", "[ENT]x [ent] X[ENT]", "a <Y> b<Y>", "x [SEP] y", "<S>  <S>", "a<S>\n b", "x\n\n  y", "[X] a[X]"]


def added(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, **flags}


def marked(content, **flags):
    return {"__type": "AddedToken", **added(content, **flags)}


def bare(content, **flags):
    return {"__type": "AddedToken", "content": content, **flags}


def bert(name, configuration=None, **others):
    return name, {**BERT, "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", **(configuration or {})}, **others}


def clip(name, configuration=None, **others):
    return name, {**CLIP, "tokenizer_config.json": {"tokenizer_class": "CLIPTokenizer", **(configuration or {})}, **others}


def gpt2(name, configuration=None, **others):
    return name, {**GPT2, "tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", **(configuration or {})}, **others}


def tokenizer_json(tokens):
    tokens = [{"id": len(PIECES) + index, **token} for index, token in enumerate(tokens)]
    roles = [{"id": index, **added(PIECES[index], special=True)} for index in range(5)]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": roles + tokens,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {piece: index for index, piece in enumerate(PIECES)}},
    }


STRIPPING = {str(len(PIECES) + index): token for index, token in enumerate([
    added("<S>", lstrip=True, rstrip=True, special=True), added("\n"), added("  ")])}

CASES = [
    # What one token's lstrip and rstrip take may hold another token.
    bert("neighbors", {"added_tokens_decoder": STRIPPING}),
    bert("neighbors of many kinds", {"added_tokens_decoder": {str(20 + index): token for index, token in enumerate([
        added("<S>", rstrip=True, special=True), added("  ", rstrip=True), added("\n"),
        added("x", single_word=True, normalized=True), added("x\n", lstrip=True), added("do", normalized=True)])}}),
    # Roles that the files set to null.
    bert("no separator", {"sep_token": None}),
    bert("no separator in the map", **{"special_tokens_map.json": {"sep_token": None, "cls_token": None}}),
    # Added tokens without a role are looked for in the normalized text.
    bert("added tokens in a file", **{"added_tokens.json": {"[ENT]": 20, "<Y>": 21}}),
    bert("added tokens with a role", {"mask_token": "[ENT]"}, **{"added_tokens.json": {"[ENT]": 20, "<Y>": 21}}),
    bert("added tokens of a list", {"extra_special_tokens": ["[ENT]"]}, **{"added_tokens.json": {"[ENT]": 20}}),
    # Lists of special tokens.
    bert("an older list beside an empty one", {"additional_special_tokens": ["<Y>"], "extra_special_tokens": []}),
    bert("an older list beside tokenizer.json", {"additional_special_tokens": ["<Y>"], "extra_special_tokens": []},
         **{"tokenizer.json": tokenizer_json([added("[ENT]", special=False, normalized=True)])}),
    bert("two lists", {"additional_special_tokens": ["<Y>"], "extra_special_tokens": ["<S>"]}),
    bert("lists in both files", {"extra_special_tokens": ["<S>"]},
         **{"special_tokens_map.json": {"additional_special_tokens": ["<Y>"]}}),
    bert("an empty list wins", {"extra_special_tokens": []},
         **{"special_tokens_map.json": {"additional_special_tokens": ["<Y>"]}}),
    bert("lists that add up", {"extra_special_tokens": ["<S>", "[X]"]},
         **{"special_tokens_map.json": {"extra_special_tokens": ["<Y>", "<S>", added("[X]", lstrip=True)]}}),
    bert("a list in the map alone", **{"special_tokens_map.json": {"additional_special_tokens": ["<Y>", "[ENT]"]}}),
    bert("roles of a model's own", {"image_token": "<Y>", "extra_special_tokens": {"video_token": "<S>"}}),
    # Flags that are not stated.
    bert("objects without special", {"cls_token": bare("[X]"), "extra_special_tokens": [bare("<Y>"), bare("[ENT]")]}),
    bert("objects without special in the map",
         **{"special_tokens_map.json": {"cls_token": {"content": "[X]"}, "sep_token": added("<Y>", rstrip=True)}}),
    bert("a list of ids without special", {"added_tokens_decoder": {"20": {"content": "[ENT]"}, "21": {"content": "<Y>"}}}),
    # Two roles with one text.
    bert("two roles, the later is an object", {"sep_token": "[X]", "cls_token": marked("[X]", lstrip=True)}),
    bert("two roles, the earlier is an object", {"sep_token": marked("[X]", lstrip=True), "cls_token": "[X]"}),
    bert("two roles, two objects",
         {"sep_token": marked("[X]", lstrip=True), "cls_token": marked("[X]", rstrip=True, normalized=True)}),
    bert("a role and a list", {"cls_token": marked("[X]", lstrip=True), "extra_special_tokens": ["[X]"]}),
    gpt2("two roles of GPT-2", {"bos_token": marked("<S>", lstrip=True), "eos_token": "<S>", "pad_token": "[X]"}),
    gpt2("GPT-2 with a map", {"add_bos_token": True},
         **{"special_tokens_map.json": {"bos_token": {"content": "<S>", "lstrip": True}, "pad_token": "[X]"}}),
    clip("CLIP", {"extra_special_tokens": ["<Y>"]}),
    clip("two roles of CLIP", {"pad_token": marked("[X]", lstrip=True), "unk_token": "[X]"}),
]


def record(name, files):
    with tempfile.TemporaryDirectory() as folder:
        files = {path: text if isinstance(text, str) else json.dumps(text) for path, text in files.items()}
        for path, text in files.items():
            pathlib.Path(folder, path).write_text(text)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        backend = tokenizer.backend_tokenizer
        encodings = [backend.encode(text) for text in TEXTS]
        pairs = [backend.encode(TEXTS[0], TEXTS[2], add_special_tokens=special) for special in (True, False)]
        return {
            "name": name, "files": files, "size": len(tokenizer), "texts": TEXTS,
            "ids": [encoding.ids for encoding in encodings], "tokens": [encoding.tokens for encoding in encodings],
            "skipped": [tokenizer.decode(encoding.ids, skip_special_tokens=True) for encoding in encodings],
            "pairs": [encoding.ids for encoding in pairs], "types": [encoding.type_ids for encoding in pairs],
        }


if __name__ == "__main__":
    cases = [record(name, files) for name, files in CASES]
    (HERE / "special_tokens.json").write_text("[\n" + ",\n".join(map(json.dumps, cases)) + "\n]\n")
