"""Holds every kind of tokenizer to transformers and tokenizers on 5,000 tricky strings.

    python make_tokenizer_strings.py                    # makes toys/ and digests.json
    python make_tokenizer_strings.py check PROGRAM DIR… # compares ids and texts one by one with the built `bench`

The last is `make check-tokenizers`. It compares the toys, CLIP's own vocabulary, tokenizers with SentencePiece's full maps
of characters, which are too large to keep, and the directories DIR, if there are any.

Needs transformers 5.24, tokenizers 0.23, sentencepiece 0.2 and protobuf. The strings come from `parts.json` and a seeded
generator, which the tests repeat in Swift; `digests.json` holds for each tokenizer a CRC-32 of the ids, and one of the
texts that they decode to, for every 100 strings. The toys have the files that published directories have:

| toy | as in |
|---|---|
| siglip_spiece | google/siglip-base-patch16-224: `SiglipTokenizer`, which reads spiece.model |
| siglip_bytes | the same with pieces for bytes, user's pieces and no map of characters |
| siglip_json | its tokenizer.json, as `tokenizers` reads it |
| siglip2 | google/siglip2-base-patch16-224: Gemma's byte pairs of characters |
| xlmr_files, xlmr_saved | microsoft/trocr-small-printed: sentencepiece.bpe.model, and as transformers saves it |
| roberta_files, roberta_saved | microsoft/trocr-base-printed: vocab.json and merges.txt, and as transformers saves it |
| bert_blip | Salesforce/blip-image-captioning-base, with BLIP's own tokens [DEC] and [ENC] |
| stages, stages_first, stages_words | other stages of a tokenizer.json |
"""

import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import zlib

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import bytes_to_unicode

HERE = pathlib.Path(__file__).resolve().parent
TOYS = HERE / "toys"
OLDER = HERE.parent / "tokenizers/toys"
COUNT, BLOCK, SEED = 5000, 100, 18


# MARK: Strings

class Random:
    """SplitMix64 (Steele et al. 2014)."""

    def __init__(self, seed):
        self.state = seed

    def next(self, count):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (1 << 64) - 1
        mixed = self.state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
        return (mixed ^ mixed >> 31) % count


def strings(seed, count):
    parts = json.loads((HERE / "parts.json").read_text(encoding="utf-8"))
    random = Random(seed)
    choose = lambda name: parts[name][random.next(len(parts[name]))]

    def character(bounds):
        value = bounds[0] + random.next(bounds[1] - bounds[0])
        return chr(0xFFFD if 0xD800 <= value < 0xE000 else value)

    def part():
        kind = random.next(100)
        if kind < 38:
            return choose("words")
        if kind < 46:
            return choose("specials")
        if kind < 60:
            return choose("sequences")
        if kind < 78:
            bounds = choose("ranges")
            return "".join([character(bounds) for _ in range(1 + random.next(6))])
        if kind < 84:
            letter = character(choose("ranges"))
            return letter * (1 + random.next(30))
        if kind < 90:
            return str(random.next(10 ** (1 + random.next(12))))
        if kind < 98:
            return choose("words") + choose("words")
        word = choose("words")
        return word * (10 + random.next(40))

    def text():
        pieces = []
        for _ in range(random.next(12)):
            pieces.append(part())
            if random.next(10) < 7:
                pieces.append(choose("spaces"))
        return "".join(pieces)

    return [text() for _ in range(count)]


# MARK: Toys

def write(directory, name, value):
    directory.mkdir(parents=True, exist_ok=True)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (directory / name).write_text(text, encoding="utf-8", newline="\n")


RULES = [
    ("\uff21", "A"), ("\uff41", "a"), ("\ufb01", "fi"), ("\ufb03", "ffi"), ("e\u0301", "\u00e9"), ("a\u0308\u0301", "\u01df"),
    ("a\u0308", "\u00e4"), ("\u00a0", " "), ("\u3000", " "), ("\t", " "), ("\n", " "), ("\r", " "), ("\u2003", " "), ("\u200b", ""),
    ("\u00ad", ""), ("\u2026", "..."), ("\u2122", "TM"), ("\u00bd", "1\u20442"), ("\u2460", "1"), ("\u00a8", " \u0308"),
    ("\u0300", ""), ("\ufeff", ""), ("\u0958", "\u0915\u093c"), ("\uff76\uff9e", "\u30ac"), ("\uff76", "\u30ab"), ("\x07", ""),
    ("\ufdfa", "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647"), ("\u212b", "\u00c5"), ("\u1100\u1161", "\uac00"), ("\u00aa", "a"),
]


def sentencepiece_model(corpus, directory, name, rules, **options):
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if rules:
            path = pathlib.Path(folder, "rules.tsv")
            path.write_text("".join(
                " ".join(f"{ord(c):X}" for c in left) + "\t" + " ".join(f"{ord(c):X}" for c in right) + "\n"
                for left, right in rules), encoding="utf-8")
            options["normalization_rule_tsv"] = str(path)
        stream = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus), model_writer=stream, model_type="unigram", num_threads=1, hard_vocab_limit=False,
            minloglevel=2, **options)
    (directory / name).write_bytes(stream.getvalue())


def make_toys():
    shutil.rmtree(TOYS, ignore_errors=True)
    # Of words alone, so that the strings hold much that no tokenizer has seen.
    words, random = json.loads((HERE / "parts.json").read_text(encoding="utf-8"))["words"], Random(7)
    corpus = [" ".join(words[random.next(len(words))] for _ in range(1 + random.next(8))) for _ in range(1500)]
    lower = [text.lower() for text in corpus]

    siglip = TOYS / "siglip_spiece"
    t5 = dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1, unk_piece="<unk>", eos_piece="</s>", pad_piece="<pad>")
    sentencepiece_model(lower, siglip, "spiece.model", RULES, vocab_size=700, character_coverage=0.99, **t5)
    configuration = {
        "added_tokens_decoder": {
            str(index): {"content": token, "lstrip": True, "normalized": False, "rstrip": True, "single_word": False, "special": True}
            for index, token in [(1, "</s>"), (2, "<unk>")]},
        "additional_special_tokens": [], "clean_up_tokenization_spaces": True, "do_lower_case": True, "eos_token": "</s>",
        "model_input_names": ["input_ids"], "model_max_length": 64, "pad_token": "</s>", "sp_model_kwargs": {},
        "tokenizer_class": "SiglipTokenizer", "unk_token": "<unk>"}
    write(siglip, "tokenizer_config.json", configuration)

    bytes_ = TOYS / "siglip_bytes"
    sentencepiece_model(
        corpus, bytes_, "spiece.model", None, vocab_size=800, character_coverage=0.98, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, user_defined_symbols=["dog", "<x>", "\u3042\u3044"], **t5)
    write(bytes_, "tokenizer_config.json", {
        "do_lower_case": False, "tokenizer_class": "SiglipTokenizer", "additional_special_tokens": ["[ENT]"]})

    write(TOYS / "siglip_json", "tokenizer.json", json.loads(siglip_fast(siglip / "spiece.model").to_str()))
    write(TOYS / "siglip_json", "tokenizer_config.json", {
        **configuration, "tokenizer_class": "PreTrainedTokenizerFast", "added_tokens_decoder": {
            key: {**value, "lstrip": False, "rstrip": False} for key, value in configuration["added_tokens_decoder"].items()}})

    xlmr = TOYS / "xlmr_files"
    sentencepiece_model(corpus, xlmr, "sentencepiece.bpe.model", RULES, vocab_size=600, character_coverage=0.99)
    write(xlmr, "tokenizer_config.json", {
        "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>", "pad_token": "<pad>",
        "mask_token": {"content": "<mask>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": True, "__type": "AddedToken"},
        "tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512})
    AutoTokenizer.from_pretrained(xlmr).save_pretrained(TOYS / "xlmr_saved")

    make_siglip2(corpus)
    make_roberta(corpus)
    make_bert(lower)
    make_stages(corpus)
    for folder in TOYS.iterdir():
        path = folder / "tokenizer.json"
        if path.exists():
            write(folder, "tokenizer.json", json.loads(path.read_text(encoding="utf-8")))  # without the indentation


def siglip_fast(path):
    """The tokenizer.json of google/siglip-base-patch16-224: made from the SentencePiece file when the model was added."""
    from transformers.convert_slow_tokenizer import import_protobuf

    proto = import_protobuf().ModelProto()
    proto.ParseFromString(path.read_bytes())
    tokenizer = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in proto.pieces], unk_id=2, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Lowercase(), normalizers.Replace(Regex(r"""[!"\\\#$%\&'\(\)\*\+,\-\.:;=\?@\[\]\^_`\{\|\}\~]"""), ""),
        normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip(), normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
        normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["$A", "</s>"], pair=["$A", "</s>", "$B", "</s>"], special_tokens=[("</s>", 1)])
    tokenizer.add_special_tokens([AddedToken("</s>"), AddedToken("<unk>")])
    return tokenizer


def make_siglip2(corpus):
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    words = sorted({"▁" + word for text in corpus for word in text.split()})
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(
        vocab_size=900, show_progress=False, special_tokens=special + [f"<0x{byte:02X}>" for byte in range(256)], limit_alphabet=300))
    saved = json.loads(tokenizer.to_str())
    saved["added_tokens"] = saved["added_tokens"][:5]
    saved["pre_tokenizer"] = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
    saved["post_processor"] = {
        "type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<eos>", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<eos>", "type_id": 0}},
                 {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "<eos>", "type_id": 1}}],
        "special_tokens": {"<eos>": {"id": "<eos>", "ids": [1], "tokens": ["<eos>"]}}}
    saved["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}
    folder = TOYS / "siglip2"
    write(folder, "tokenizer.json", saved)
    write(folder, "config.json", {"model_type": "siglip2"})
    write(folder, "tokenizer_config.json", {
        "add_bos_token": False, "add_eos_token": True, "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
        "unk_token": "<unk>", "padding_side": "right", "tokenizer_class": "GemmaTokenizer", "model_max_length": 64})


def make_roberta(corpus):
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words = sorted({word for text in corpus for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)})
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(
        vocab_size=700, show_progress=False, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    model = json.loads(tokenizer.to_str())["model"]
    folder = TOYS / "roberta_files"
    write(folder, "vocab.json", {**model["vocab"], "<mask>": len(model["vocab"])})
    write(folder, "merges.txt", "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in model["merges"]))
    mask = {"content": "<mask>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False}
    write(folder, "special_tokens_map.json", {
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>",
        "mask_token": mask})
    write(folder, "tokenizer_config.json", {
        "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "add_prefix_space": False, "errors": "replace", "sep_token": "</s>",
        "cls_token": "<s>", "pad_token": "<pad>", "mask_token": "<mask>", "trim_offsets": True, "model_max_length": 512,
        "special_tokens_map_file": None, "tokenizer_class": "RobertaTokenizer"})
    AutoTokenizer.from_pretrained(folder, add_prefix_space=True).save_pretrained(TOYS / "roberta_saved")


def make_bert(corpus):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(sorted(set(corpus)), trainers.WordPieceTrainer(
        vocab_size=700, show_progress=False, special_tokens=special, limit_alphabet=400))
    vocabulary = tokenizer.get_vocab()
    folder = TOYS / "bert_blip"
    write(folder, "vocab.txt", "".join(token + "\n" for token in sorted(vocabulary, key=vocabulary.get)))
    write(folder, "tokenizer_config.json", {
        "do_lower_case": True, "model_max_length": 512, "tokenizer_class": "BertTokenizer", "bos_token": "[DEC]",
        "additional_special_tokens": ["[ENC]"]})


def make_stages(corpus):
    model = trainers.UnigramTrainer(vocab_size=500, show_progress=False, special_tokens=["<unk>"], unk_token="<unk>")
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(sorted(set(corpus)), model)
    saved = json.loads(tokenizer.to_str())
    pieces = saved["model"]["vocab"][:400] + [[f"<0x{byte:02X}>", 0.0] for byte in range(256)]
    tokenizer = Tokenizer(models.Unigram([tuple(piece) for piece in pieces], unk_id=0, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFKC(), normalizers.Strip(left=True, right=False), normalizers.StripAccents(), normalizers.Replace("``", '"'),
        normalizers.Replace(Regex(r"\A +| +\z"), ""), normalizers.Replace(Regex(r"\A▁"), "▁▁"), normalizers.Prepend("x")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Punctuation("merged_with_next"), pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Split(Regex("[a-cA-C\u4e00-\u9fff]"), "contiguous"), pre_tokenizers.Metaspace(prepend_scheme="never", split=False)])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_tokens([AddedToken("photo", normalized=True), AddedToken("<image>", special=True)])
    write(TOYS / "stages", "tokenizer.json", json.loads(tokenizer.to_str()))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(left=True, right=False), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Metaspace(prepend_scheme="first", split=False), pre_tokenizers.Punctuation("isolated")])
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first", split=False)
    write(TOYS / "stages_first", "tokenizer.json", json.loads(tokenizer.to_str()))
    words = {piece[0].replace("▁", ""): None for piece in pieces[1:400]}
    tokens = ["[UNK]"] + [token for token in words if token] + ["##" + token for token in words if token]
    tokenizer = Tokenizer(models.WordPiece({token: index for index, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Whitespace(), pre_tokenizers.Digits(),
        pre_tokenizers.Split(Regex(r"[^a-m]+"), "merged_with_previous", invert=True), pre_tokenizers.Split("n", "isolated")])
    tokenizer.decoder = decoders.WordPiece()
    write(TOYS / "stages_words", "tokenizer.json", json.loads(tokenizer.to_str()))


def make_large(folder):
    """Tokenizers as published ones are, with all of their maps and, for CLIP, with its vocabulary."""
    corpus = strings(7, 3000)
    corpus = [line for text in corpus for line in text.replace("\0", "").splitlines() if line]
    toys = {
        "siglip_nmt_nfkc": ("spiece.model", "siglip_spiece", dict(
            normalization_rule_name="nmt_nfkc", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)),
        "siglip_nfkc_cf_bytes": ("spiece.model", "siglip_spiece", dict(
            normalization_rule_name="nfkc_cf", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, byte_fallback=True)),
        "xlmr_nmt_nfkc": ("sentencepiece.bpe.model", "xlmr_files", dict(normalization_rule_name="nmt_nfkc")),
    }
    for name, (file, toy, options) in toys.items():
        sentencepiece_model(corpus, folder / name, file, None, vocab_size=6000, character_coverage=0.99, **options)
        shutil.copy(TOYS / toy / "tokenizer_config.json", folder / name)
    write(folder / "siglip_json_nmt_nfkc", "tokenizer.json",
          siglip_fast(folder / "siglip_nmt_nfkc/spiece.model").to_str())
    shutil.copy(TOYS / "siglip_json/tokenizer_config.json", folder / "siglip_json_nmt_nfkc")
    merges = (HERE.parents[2] / "Sources/Tokenizers/Resources/clip-merges.txt").read_text(encoding="utf-8")
    pairs = [line.split(" ") for line in merges.splitlines() if not line.startswith("#version")]
    letters = list(bytes_to_unicode().values())
    tokens = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in pairs] + ["<|startoftext|>", "<|endoftext|>"]
    write(folder / "clip_openai", "vocab.json", {token: index for index, token in enumerate(tokens)})
    write(folder / "clip_openai", "merges.txt", "#version: 0.2\n" + "".join(" ".join(pair) + "\n" for pair in pairs))
    shutil.copy(OLDER / "clip_files/tokenizer_config.json", folder / "clip_openai")


# MARK: Recording

def load(folder):
    if (folder / "tokenizer_config.json").exists():
        return AutoTokenizer.from_pretrained(folder)
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))


def answers(tokenizer, texts):
    ids = [tokenizer(text)["input_ids"] for text in texts]
    return ids, [tokenizer.decode(row) for row in ids], [tokenizer.decode(row, skip_special_tokens=True) for row in ids]


def digest(rows):
    """A CRC-32 for each block: ids as four bytes each with a last one of 255s, or texts in UTF-8 with a zero behind."""
    sums = []
    for start in range(0, len(rows), BLOCK):
        crc = 0
        for row in rows[start:start + BLOCK]:
            data = row.encode() + b"\0" if isinstance(row, str) else b"".join(x.to_bytes(4, "little") for x in row) + b"\xff" * 4
            crc = zlib.crc32(data, crc)
        sums.append(crc)
    return sums


def check(program, chosen, texts):
    """Compares one by one and says what differs; 0 if nothing does."""
    found, data = 0, json.dumps(texts).encode()
    # Letters that this Python's Unicode does not know yet have no lower case in tokenizers written in Python.
    newer = {c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Cn" and normalizers.Lowercase().normalize_str(c) != c}
    for folder in chosen:
        tokenizer = load(folder)
        theirs = dict(zip(["ids", "decoded", "skipped"], answers(tokenizer, texts)))
        run = subprocess.run([program, "tokenize", str(folder)], input=data, stdout=subprocess.PIPE)
        if run.returncode:
            print(f"{folder.name}: bench ended with {run.returncode}")
            found += 1
            continue
        ours = json.loads(run.stdout)
        counts = []
        for key, rows in theirs.items():
            different = [
                index for index, row in enumerate(rows)
                if row != ours[key][index] and (tokenizer.is_fast or newer.isdisjoint(texts[index]))]
            counts.append(f"{len(different)} {key}")
            found += len(different)
            for index in different[:3]:
                print(f"  {texts[index]!r:.300}\n    ours   {str(ours[key][index]):.300}\n    theirs {str(rows[index]):.300}")
        if ours["size"] != len(tokenizer):
            counts.append(f"size {ours['size']} and {len(tokenizer)}")
            found += 1
        print(f"{folder.name}: {len(texts)} strings, {len(tokenizer)} tokens, different: {', '.join(counts)}", flush=True)
    print("All are equal." if not found else f"{found} differences.")
    return 1 if found else 0


def folders():
    return sorted([*TOYS.iterdir(), *OLDER.iterdir()], key=lambda folder: folder.name)


def main():
    texts = strings(SEED, COUNT)
    if sys.argv[1:2] == ["check"]:
        with tempfile.TemporaryDirectory() as large:
            make_large(pathlib.Path(large))
            chosen = folders() + sorted(pathlib.Path(large).iterdir()) + [pathlib.Path(name) for name in sys.argv[3:]]
            sys.exit(check(sys.argv[2], chosen, texts))
    make_toys()
    result = {"strings": digest(texts), "tokenizers": {}}
    for folder in folders():
        ids, decoded, skipped = answers(load(folder), texts)
        result["tokenizers"][folder.name] = {"ids": digest(ids), "decoded": digest(decoded), "skipped": digest(skipped)}
    write(HERE, "digests.json", result)


if __name__ == "__main__":
    main()
