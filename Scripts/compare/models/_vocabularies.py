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


def siglip_tokenizer(folder, size=32000, model_max_length=64):
    """A `spiece.model` of real form: a few pieces learned from sentences, the others made up."""
    import io

    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    generator, learned = random.Random(0), io.BytesIO()
    words = ["a", "photo", "of", "the", "cat", "dog", "two", "red", "circles", "on", "table", "an", "empty", "street",
             "at", "night", "picture", "with", "and", "in"]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(" ".join(generator.choices(words, k=8)) for _ in range(2000)), model_writer=learned,
        vocab_size=120, model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False,
        character_coverage=1.0, minloglevel=2)
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(learned.getvalue())
    known = {piece.piece for piece in model.pieces}
    while len(model.pieces) < size:
        word = "".join(generator.choices("etaoinshrdlucmfwypvbgkjqxz", k=generator.randint(1, 9)))
        word = generator.choice(["", "▁"]) + word
        if word not in known:
            known.add(word)
            model.pieces.add(piece=word, score=-8 - 0.0005 * len(model.pieces))
    model.trainer_spec.vocab_size = size
    with open(f"{folder}/spiece.model", "wb") as file:
        file.write(model.SerializeToString())
    write(folder, "tokenizer_config.json", dict(
        tokenizer_class="SiglipTokenizer", model_max_length=model_max_length, do_lower_case=True, eos_token="</s>",
        pad_token="</s>", unk_token="<unk>", model_input_names=["input_ids"]))
