"""Makes the small tokenizers in `toys/` and records what transformers' fast tokenizers do with tricky texts.

    python make_tokenizer_fixtures.py            # needs transformers 5.23 and tokenizers 0.23
    python make_tokenizer_fixtures.py --full     # every text with every toy, for a closer look

Every toy is a directory as a published checkpoint has it, in the old and in the new file formats, next to an
`expected.json` with the ids and the decoded texts of `sentences.json`, and batches with padding and truncation.
`openai.json` holds the same for CLIP's own vocabulary, read from `Sources/Tokenizers/Resources/clip-merges.txt`.
"""

import collections
import json
import os
import random
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer, CLIPTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
FULL = "--full" in sys.argv
TOYS = os.path.join(HERE, "toys")
MERGES = os.path.join(HERE, "..", "..", "..", "Sources", "Tokenizers", "Resources", "clip-merges.txt")

CORPUS = [
    "a photo of a dog", "a photo of two cats", "a diagram of the engine", "the quick brown fox jumps over the lazy dog",
    "What color is the car?", "Question: how many animals are in the image? Answer: there are three.",
    "it's don't we'll they've I'm he'd you're", "naïve café façade über Ångström", "a red square left of a blue circle",
    "日本語 の 写真", "Привет мир", "the man's dog wasn't there", "one two three 1234567890 2026 3.14",
    "unbelievable international photography", "playing played player plays", "hello, world! (really?) [yes]",
]


# MARK: sentences

def sentences():
    """Texts that trip tokenizers, and random mixtures of them."""
    fixed = [
        "", " ", "  ", "\n", "\t \n", "a", " a", "a ", "  a  b  ", "a\tb\nc\r\nd", "a\u00a0b\u2003c\u3000d\u2028e",
        "a\u200bb", "zero\u200dwidth\u200cjoiner", "soft\u00adhyphen", "\ufeffbom", "nul\x00byte", "bell\x07 esc\x1b del\x7f",
        "\x1c\x1d\x1e\x1f\x85", "DON'T don't Don't it'S IT'S 'S 's 'RE 're 'll'LL", "''s 'ss '''", "rock'n'roll o'clock",
        "1234567890", "3.14159e-10", "12,345.67 €99", "①②③ Ⅷ ½ ٣٤٥ १२३", "a1b2c3", "x²+y³", "snake_case camelCase kebab-case",
        "e\u0301 é cafe\u0301 café", "A\u030a Å Å", "ﬁ ﬃ ĳ", "İstanbul I ı i̇", "ΣΑΣ Σίσυφος ΟΔΟΣ", "ẞ ß STRASSE", "Ǆ ǅ ǆ",
        "日本語の写真", "中文English混合", "한국어 텍스트", "\u1112\u1161\u11ab\u1100\u1173\u11af", "カﾞｶﾞガ", "ไทยภาษา", "हिन्दी भाषा",
        "שָׁלוֹם עולם", "العَرَبِيَّة", "\u202eright to left\u202c", "👨‍👩‍👧‍👦 family", "👍🏽👍", "🇯🇵🇩🇪", "❤️ ❤", "1️⃣ #️⃣", "🐕‍🦺!", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "z̸̢̛̖͇a̵̡̛̤l̷̨̛g̶̨̛o̸", "a\u0300\u0323 a\u0323\u0300 ạ̀", "\u0344\u0374\u037e\u0387\u2126", "\U0001d15e\U0001d400\U0001d7ce", "\U00011938 \U00011935\U00011930",
        "!?.,;:'\"()[]{}<>@#$%^&*-_=+\\|/~`", "¡¿«»„“”‘’–—…", "...", "!!!???", "a.b.c.", "U.S.A.", "(a)(b)", "$5.00!", "#hashtag @user",
        "http://example.com/a?b=c&d=e#f", "user@example.com", "C:\\path\\file.txt", "<b>bold</b> &amp; &lt;",
        "<|startoftext|>", "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "<|STARTOFTEXT|>x<|EndOfText|>", "!<|startoftext|>!!",
        "<|endoftext|><|endoftext|>", "<|endoftext", "[CLS] a [SEP]", "[MASK]", "[mask] [Mask]", "a[MASK]b", "a [UNK] b [PAD]",
        "</s>", "<s>a</s>", "<pad>", "<image><image>what?", "<image> a", "<unk>", "</w> a</w>", "##ing ##", "Ġa Ċ",
        "[ENT] x", "x [ENT] y", "x[ENT]y", "[ent]", "  [LEFT]  [RIGHT]  x", "a\n[LEFT]\tb[RIGHT]\u2003 c", "[WORD] a[WORD] [WORD]b é[WORD] _[WORD] ([WORD])",
        "New York new york NEW YORK", "newyork", "CAFÉ cafe\u0301", "[LEFT][LEFT] [RIGHT][RIGHT]",
        "supercalifragilisticexpialidocious", "w" * 99, "w" * 100, "w" * 101, "photo" * 30, "dog" * 33 + "x", "é" * 100, "é" * 101,
        "a photo of a " + "very " * 90 + "big dog", "the " * 100, "don't" * 10, "word " * 40 + "!" * 80, " " * 50 + "x" + " " * 50,
        "do not stop , we 're here . it 's n't so ! really ?", "i am not , you do not", "a ' b ' c", "hello , world .",
    ]
    source = random.Random(5)
    words = " ".join(CORPUS).split() + ["DOG", "Photo", "it's", "IT'S", "café", "cafe\u0301", "日本", "🐶", "👩‍🚀", "№5", "…", "--", "'ll", "x" * 30]
    spaces = [" ", " ", " ", "  ", "\t", "\n", "\u00a0", "", "", "\u3000"]
    special = ["<|startoftext|>", "<|endoftext|>", "[CLS]", "[MASK]", "</s>", "<pad>", "<image>", "[ENT]", "[LEFT]", "[RIGHT]", "[WORD]"]
    ranges = [(0x20, 0x7f), (0x0, 0x20), (0x7f, 0x250), (0x250, 0x530), (0x530, 0xe00), (0x2000, 0x2c00), (0x3000, 0x3400),
              (0x4e00, 0x5000), (0xac00, 0xad00), (0xf900, 0x10000), (0x10000, 0x12000), (0x1d000, 0x20000), (0x300, 0x370)]

    def character():
        while True:
            value = source.randrange(*source.choice(ranges))
            if not 0xD800 <= value < 0xE000:
                return chr(value)

    mixed = []
    for _ in range(60):
        pieces = []
        for _ in range(source.randint(1, 7)):
            kind = source.random()
            if kind < 0.6:
                pieces.append(source.choice(words))
            elif kind < 0.75:
                pieces.append(source.choice(special))
            else:
                pieces.append("".join(character() for _ in range(source.randint(1, 4))))
            pieces.append(source.choice(spaces))
        mixed.append("".join(pieces))
    for _ in range(60):
        mixed.append("".join(character() for _ in range(source.randint(1, 12))))
    return fixed + mixed


# MARK: toys

def write(directory, name, value):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, name), "w", encoding="utf-8", newline="\n") as file:
        if isinstance(value, str):
            file.write(value)
        else:
            json.dump(value, file, ensure_ascii=False, separators=(",", ":"))


def learn(words, count, join):
    """Byte pair encoding: the pairs learned first to last, ties to the first in the alphabet.

    The trainers of tokenizers break ties by chance; these files must come out the same each time.
    """
    words = [list(word) for word in words]
    pairs = []
    while len(pairs) < count:
        counts = collections.Counter(pair for word in words for pair in zip(word, word[1:]))
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        pairs.append(best)
        for word in words:
            for place in reversed(range(len(word) - 1)):
                if place + 1 < len(word) and (word[place], word[place + 1]) == best:
                    word[place:place + 2] = [join(*best)]
    return pairs


def trained_bpe(count, word_end, clip, first=()):
    """Tokens and merges of a byte pair encoding of the corpus; `first` are tokens with the first ids."""
    steps = [pre_tokenizers.ByteLevel(add_prefix_space=False)]
    if clip:
        steps.insert(0, pre_tokenizers.WhitespaceSplit())
    splitter = pre_tokenizers.Sequence(steps)
    words = []
    for text in CORPUS:
        for word, _ in splitter.pre_tokenize_str(text.lower() if clip else text):
            words.append(list(word[:-1]) + [word[-1] + (word_end or "")])
    merges = learn(words, count, lambda left, right: left + right)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = list(first) + alphabet + ([letter + word_end for letter in alphabet] if word_end else [])
    for left, right in merges:
        if left + right not in tokens:
            tokens.append(left + right)
    return tokens, merges


def merges_text(merges):
    return "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in merges)


def flags(content, **changed):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": True, **changed}


def make_clip():
    """As openai/clip-vit-base-patch32 was first published: vocab.json, merges.txt, special_tokens_map.json."""
    tokens, merges = trained_bpe(180, "</w>", clip=True)
    vocabulary = {token: index for index, token in enumerate(tokens + ["<|startoftext|>", "<|endoftext|>"])}
    directory = os.path.join(TOYS, "clip_files")
    write(directory, "vocab.json", vocabulary)
    write(directory, "merges.txt", merges_text(merges))
    write(directory, "special_tokens_map.json", {
        "bos_token": flags("<|startoftext|>"), "eos_token": flags("<|endoftext|>"), "unk_token": flags("<|endoftext|>"),
        "pad_token": "<|endoftext|>"})
    write(directory, "tokenizer_config.json", {
        "errors": "replace", "unk_token": {"__type": "AddedToken", **flags("<|endoftext|>")},
        "bos_token": {"__type": "AddedToken", **flags("<|startoftext|>")},
        "eos_token": {"__type": "AddedToken", **flags("<|endoftext|>")},
        "pad_token": "<|endoftext|>", "add_prefix_space": False, "do_lower_case": True, "model_max_length": 77,
        "tokenizer_class": "CLIPTokenizer"})
    # As transformers 5 saves it.
    CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=20).save_pretrained(os.path.join(TOYS, "clip_saved"))
    # As a tokenizer.json is used that has no class of its own.
    as_written = os.path.join(TOYS, "clip_as_written")
    os.makedirs(as_written, exist_ok=True)
    saved = json.load(open(os.path.join(TOYS, "clip_saved", "tokenizer.json"), encoding="utf-8"))
    write(os.path.join(TOYS, "clip_saved"), "tokenizer.json", saved)  # without the indentation
    split = saved["pre_tokenizer"]["pretokenizers"][0]
    split["pattern"]["Regex"] = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    saved["padding"] = {"strategy": "BatchLongest", "direction": "Left", "pad_to_multiple_of": None, "pad_id": 0,
                        "pad_type_id": 0, "pad_token": "!"}
    saved["model"]["merges"] = [" ".join(pair) for pair in saved["model"]["merges"]]
    write(as_written, "tokenizer.json", saved)
    write(as_written, "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 16})


def make_gpt2():
    """As openai-community/gpt2 (files only), facebook/opt (a token before the text) and Salesforce/blip2-opt."""
    tokens, merges = trained_bpe(150, None, clip=False)
    gpt2 = os.path.join(TOYS, "gpt2_files")
    write(gpt2, "vocab.json", {token: index for index, token in enumerate(tokens + ["<|endoftext|>"])})
    write(gpt2, "merges.txt", merges_text(merges))
    write(gpt2, "tokenizer_config.json", {"model_max_length": 1024, "tokenizer_class": "GPT2Tokenizer"})

    prefixed = os.path.join(TOYS, "gpt2_prefix_space")
    write(prefixed, "vocab.json", {token: index for index, token in enumerate(tokens)})
    write(prefixed, "merges.txt", merges_text(merges))
    write(prefixed, "added_tokens.json", {"<|endoftext|>": len(tokens), "<image>": len(tokens) + 1, "[ENT]": len(tokens) + 2})
    write(prefixed, "tokenizer_config.json", {
        "add_prefix_space": True, "add_bos_token": True, "add_eos_token": True, "tokenizer_class": "GPT2TokenizerFast",
        "pad_token": "<|endoftext|>", "clean_up_tokenization_spaces": True, "truncation_side": "left", "model_max_length": 1e30})

    opt = os.path.join(TOYS, "opt_files")
    first = ["<s>", "<pad>", "</s>", "<unk>"]
    tokens, merges = trained_bpe(150, None, clip=False, first=first)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    named = {"bos_token": flags("</s>"), "eos_token": flags("</s>"), "unk_token": flags("</s>")}
    write(opt, "vocab.json", vocabulary)
    write(opt, "merges.txt", merges_text(merges))
    write(opt, "special_tokens_map.json", {**named, "pad_token": flags("<pad>")})
    write(opt, "tokenizer_config.json", {
        "errors": "replace", **{key: {"__type": "AddedToken", **value} for key, value in named.items()},
        "pad_token": {"__type": "AddedToken", **flags("<pad>")}, "add_prefix_space": False, "add_bos_token": True,
        "special_tokens_map_file": None, "tokenizer_class": "GPT2Tokenizer"})

    blip2 = os.path.join(TOYS, "blip2_saved")
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken("<pad>"), AddedToken("</s>", normalized=True)])
    tokenizer.add_special_tokens([AddedToken("<image>")])
    tokenizer.post_processor = processors.TemplateProcessing(single="</s> $A", pair="</s> $A </s> $B:1", special_tokens=[("</s>", 2)])
    write(blip2, "tokenizer.json", json.loads(tokenizer.to_str()))
    write(blip2, "tokenizer_config.json", {
        "added_tokens_decoder": {
            str(token["id"]): {key: token[key] for key in ("content", "single_word", "lstrip", "rstrip", "normalized", "special")}
            for token in json.loads(tokenizer.to_str())["added_tokens"]},
        "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>", "image_token": "<image>",
        "padding_side": "left", "model_max_length": 32, "add_bos_token": True, "tokenizer_class": "GPT2Tokenizer"})


def bert_vocabulary(lowercase):
    normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    symbols = ".,;:!?'\"()[]{}<>@#$%^&*-_=+\\|/~` 한 ก 中文 混合 é ## </s>"
    words = []
    for text in CORPUS + [symbols]:
        for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalizer.normalize_str(text)):
            words.append([word[0]] + ["##" + letter for letter in word[1:]])
    join = lambda left, right: left + right.removeprefix("##")
    learned = [join(*pair) for pair in learn(words, 170, join)]
    letters = sorted({letter for word in words for letter in word})
    return list(dict.fromkeys(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + letters + learned))


def make_bert():
    """As bert-base-uncased and -cased were first published, and a tokenizer.json with added tokens of all kinds."""
    uncased = os.path.join(TOYS, "bert_files")
    tokens = bert_vocabulary(True)
    # A line that is there twice, one that only differs by white space at its end, and both forms of é.
    write(uncased, "vocab.txt", "\n".join(tokens + ["dog", "cat ", "e\u0301", "é", "##é"]) + "\n")
    write(uncased, "tokenizer_config.json", {"do_lower_case": True, "model_max_length": 40, "tokenizer_class": "BertTokenizer"})

    cased = os.path.join(TOYS, "bert_cased")
    write(cased, "vocab.txt", "".join(token + "\r\n" for token in bert_vocabulary(False)))
    write(cased, "special_tokens_map.json", {"mask_token": flags("[MASK]", lstrip=True, normalized=False), "additional_special_tokens": ["[ENT]"]})
    write(cased, "tokenizer_config.json", {
        "do_lower_case": False, "tokenize_chinese_chars": False, "clean_up_tokenization_spaces": True, "padding_side": "left",
        "tokenizer_class": "BertTokenizer"})

    flagged = os.path.join(TOYS, "added_tokens")
    tokenizer = Tokenizer(models.WordPiece({token: index for index, token in enumerate(tokens)}, unk_token="[UNK]", max_input_chars_per_word=20))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.BertNormalizer(lowercase=True, strip_accents=False)])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=False)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", AddedToken("[LEFT]", lstrip=True), AddedToken("[RIGHT]", rstrip=True)])
    tokenizer.add_tokens([AddedToken("[ENT]", normalized=True), AddedToken("[MASK]", normalized=False, lstrip=True, rstrip=True),
                          AddedToken("[WORD]", single_word=True, normalized=False), AddedToken("New York", normalized=True),
                          AddedToken("CAFÉ", normalized=True, single_word=True), AddedToken("New", normalized=True, single_word=True),
                          AddedToken("ww", normalized=False), AddedToken("www", normalized=False)])
    written = json.loads(tokenizer.to_str())
    for token in written["added_tokens"][-2:]:
        token["id"] += 5  # ids that do not follow are not kept
    write(flagged, "tokenizer.json", written)
    write(flagged, "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]",
                                             "unk_token": "[UNK]", "mask_token": "[MASK]", "extra_special_tokens": ["<image>"]})


# MARK: recording

def record(tokenizer, texts, seed, part):
    """What a tokenizer does with the texts whose numbers are in `part`."""
    source = random.Random(seed)
    result = {"vocabularySize": len(tokenizer), "single": [], "pairs": [], "batches": [], "decodes": []}
    for place, index in enumerate(part):
        encoded = tokenizer(texts[index])
        ids = encoded["input_ids"]
        entry = {"text": index, "ids": ids}
        if place % 2 == 0:
            entry["decoded"] = tokenizer.decode(ids)
        if place % 6 == 1:
            entry["tokens"] = tokenizer.convert_ids_to_tokens(ids)
            entry["tokenIDs"] = [tokenizer.backend_tokenizer.token_to_id(token) for token in entry["tokens"]]
        if place % 6 == 3:
            entry["encodingTokens"] = encoded.tokens()
        if place % 6 == 5:
            entry["skipped"] = tokenizer.decode(ids, skip_special_tokens=True)
            entry["bare"] = tokenizer(texts[index], add_special_tokens=False)["input_ids"]
        result["single"].append(entry)
    short = [index for index, text in enumerate(texts) if 0 < len(text) < 60]
    for number in range(12):
        first, second = source.sample(short, 2)
        options = {} if number % 3 == 0 else {"truncation": True, "max_length": source.randint(6, 24)}
        encoded = tokenizer(texts[first], texts[second], return_token_type_ids=True, **options)
        result["pairs"].append({"first": first, "second": second, "maxLength": options.get("max_length"),
                                "ids": encoded["input_ids"], "types": encoded["token_type_ids"],
                                "special": encoded.encodings[0].special_tokens_mask})
    for number in range(10):
        chosen = source.sample(short, 4)
        options = {}
        if tokenizer.pad_token is not None:
            options["padding"] = source.choice(["longest", "max_length", False])
            if options["padding"] and source.random() < 0.4:
                options["pad_to_multiple_of"] = 4
            if options["padding"] and source.random() < 0.3:
                options["padding_side"] = source.choice(["left", "right"])
        length = source.choice([None, 8, 12, 20])
        if length is not None:
            options["max_length"] = length
        options["truncation"] = source.random() < 0.7
        if options.get("padding") == "max_length" and length is None and tokenizer.model_max_length > 100:
            options["padding"] = "longest"
        if options["truncation"] and "pad_to_multiple_of" in options and ((length or tokenizer.model_max_length) % 4):
            del options["pad_to_multiple_of"]
        encoded = tokenizer([texts[index] for index in chosen], return_token_type_ids=True, **options)
        names = {"max_length": "maxLength", "pad_to_multiple_of": "multiple", "padding_side": "side"}
        options = {names.get(key, key): value for key, value in options.items() if value is not False or key == "truncation"}
        result["batches"].append({"texts": chosen, **options, "ids": encoded["input_ids"],
                                  "mask": encoded["attention_mask"], "types": encoded["token_type_ids"]})
    for number in range(24):
        ids = [source.randrange(len(tokenizer) + 3) for _ in range(source.randint(0, 10))]
        skip = number % 2 == 1
        result["decodes"].append({"ids": ids, "skip": skip, "text": tokenizer.decode(ids, skip_special_tokens=skip)})
    return result


def openai_clip():
    with open(MERGES, encoding="utf-8") as file:
        merges = [tuple(line.split()) for line in file.read().split("\n")[1:] if line]
    codes = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = [chr(code) for code in codes] + [chr(256 + index) for index in range(256 - len(codes))]
    tokens = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={token: index for index, token in enumerate(tokens)}, merges=merges, model_max_length=77)


if __name__ == "__main__":
    shutil.rmtree(TOYS, ignore_errors=True)
    make_clip()
    make_gpt2()
    make_bert()
    texts = sentences()
    write(HERE, "sentences.json", texts)
    write(HERE, "openai.json", record(openai_clip(), texts, 0, range(len(texts))))
    for seed, name in enumerate(sorted(os.listdir(TOYS)), start=1):
        directory = os.path.join(TOYS, name)
        # Every toy gets a third of the texts, its relatives the others: the files stay small.
        part = range(len(texts)) if FULL else range(seed % 3, len(texts), 3)
        write(directory, "expected.json", record(AutoTokenizer.from_pretrained(directory), texts, seed, part))
