"""Tokenizers with vocabularies of real sizes, made up of real byte and word symbols."""

import random

from ._model import write


def byte_symbols():
    """GPT-2's printable stand-ins for the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(others))]


def merged(symbols, count, joins):
    """As many pairs of symbols, each a new symbol, as a vocabulary learned from text has."""
    generator = random.Random(0)
    known, pool, merges = set(symbols), list(symbols), []
    while len(merges) < count:
        left, right = generator.choice(pool), generator.choice(pool)
        if joins(left, right) and left + right not in known and len(left + right) <= 12:
            known.add(left + right)
            pool.append(left + right)
            merges.append((left, right))
    return merges


def write_bpe(folder, tokens, merges):
    write(folder, "vocab.json", {token: index for index, token in enumerate(tokens)})
    write(folder, "merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))


def clip_tokenizer(folder):
    symbols = byte_symbols()
    words = symbols + [s + "</w>" for s in symbols]
    merges = merged(words, 49408 - len(words) - 2, lambda a, b: not a.endswith("</w>"))
    write_bpe(folder, words + [a + b for a, b in merges] + ["<|startoftext|>", "<|endoftext|>"], merges)
    write(folder, "tokenizer_config.json", dict(tokenizer_class="CLIPTokenizer", model_max_length=77))


def gpt2_tokenizer(folder, special=(), ending=("<|endoftext|>",), size=50257, settings=None):
    symbols = byte_symbols()
    merges = merged(symbols, size - len(symbols) - len(special) - len(ending), lambda a, b: "Ġ" not in b)
    write_bpe(folder, [*special, *symbols, *(a + b for a, b in merges), *ending], merges)
    write(folder, "tokenizer_config.json", settings or dict(tokenizer_class="GPT2Tokenizer", model_max_length=1024))


def bert_tokenizer(folder, size=30522, model_max_length=40):
    letters = [chr(c) for c in range(33, 127) if not chr(c).isupper()]
    pieces = ["[PAD]", *(f"[unused{i}]" for i in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += letters + ["##" + c for c in letters if c.isalnum()]
    generator, known = random.Random(0), set(pieces)
    while len(pieces) < size:
        word = "".join(generator.choices("etaoinshrdlucmfwypvbgkjqxz", k=generator.randint(2, 9)))
        word = generator.choice(["", "", "##"]) + word
        if word not in known:
            known.add(word)
            pieces.append(word)
    write(folder, "vocab.txt", "\n".join(pieces) + "\n")
    settings = dict(tokenizer_class="BertTokenizer", do_lower_case=True, model_max_length=model_max_length)
    write(folder, "tokenizer_config.json", settings)
