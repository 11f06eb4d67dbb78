"""Writes UnicodeTables.swift and ClusterTables.swift in Sources/Tokenizers, and Tests/Fixtures/tokenizers/unicode.json.

The tables say what Hugging Face's tokenizers 0.23 answers, so that ids are the same on every platform whatever
Unicode version its standard library knows. tokenizers has several versions inside: canonical mappings of Unicode 9,
BERT's classes of Unicode 8, the split patterns and the lower case of Unicode 16. Every answer is taken from the library
itself; Python's `unicodedata` only says how a character is decomposed in one step and its combining class.

The fixture holds checksums of what the library gives for all characters, alone and in company, which the tests repeat,
and the special cases of Unicode's NormalizationTest. Its other lines are a character alone, or one of the companies.

    python Scripts/make_unicode_tables.py [NormalizationTest.txt.bz2]   # needs tokenizers 0.23, Debian's unicode-data
"""

import bz2
import json
import pathlib
import struct
import sys
import unicodedata
import zlib

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCALARS = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
ALL = "".join(map(chr, SCALARS))
NFC, NFD, NFKD = normalizers.NFC(), normalizers.NFD(), normalizers.NFKD()
LOWER = normalizers.Lowercase()


def removed(normalizer):
    """The characters that a normalizer takes out of a text of all characters."""
    return set(SCALARS) - set(map(ord, normalizer.normalize_str(ALL)))


def matching(pattern):
    return removed(normalizers.Replace(Regex(pattern), ""))


def bert(**options):
    settings = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**settings, **options})


def word_characters():
    """The characters that keep an added token from standing alone."""
    tokenizer = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    tokenizer.add_tokens([AddedToken("qq", single_word=True, normalized=False)])
    found = set()
    for start in range(0, len(SCALARS), 50_000):
        codes = SCALARS[start : start + 50_000]
        for code, encoding in zip(codes, tokenizer.encode_batch([chr(code) + "qq" for code in codes])):
            if 1 not in encoding.ids:
                found.add(code)
    return found


def combining_class(code):
    """The class, 0 where the library does not know the mark."""
    value = unicodedata.combining(chr(code))
    if value in (0, 240):
        return value
    return value if NFD.normalize_str("a\u0345" + chr(code)) == "a" + chr(code) + "\u0345" else 0


def decompositions():
    """(character, first, second or 0, whether the pair composes again), without Hangul syllables."""
    result = []
    for code in SCALARS:
        if 0xAC00 <= code < 0xD7A4 or NFD.normalize_str(chr(code)) == chr(code):
            continue
        parts = [int(part, 16) for part in unicodedata.decomposition(chr(code)).split()]
        assert len(parts) in (1, 2), hex(code)
        composes = len(parts) == 2 and NFC.normalize_str(chr(parts[0]) + chr(parts[1])) == chr(code)
        result.append((code, parts[0], parts[1] if len(parts) == 2 else 0, composes))
    return result


def runs(values):
    """Where a property changes: (first character, value)."""
    result, last = [], 0
    for code in range(0x110000):
        value = values.get(code, 0)
        if value != last:
            result.append((code, value))
            last = value
    return result


def lower_case():
    """Runs of characters with the same distance to their lower case: (first, last, step, distance)."""
    pairs = []
    for code in SCALARS:
        text = LOWER.normalize_str(chr(code))
        if text == chr(code):
            continue
        if len(text) != 1:
            assert code == 0x130 and text == "i\u0307"
            continue
        pairs.append((code, ord(text) - code))
    result = []
    for code, distance in pairs:
        if result:
            first, last, step, known = result[-1]
            gap = code - last
            if known == distance and gap in (1, 2) and (step == gap or first == last):
                result[-1] = (first, code, gap, known)
                continue
        result.append((code, code, 1, distance))
    return result


def literal(name, kind, comment, numbers, per_line):
    lines = ["  " + f"/// {line}" for line in comment]
    lines.append(f"  static let {name}: [{kind}] = [")
    for start in range(0, len(numbers), per_line):
        lines.append("    " + ", ".join(numbers[start : start + per_line]) + ",")
    return "\n".join(lines + ["  ]"])


# MARK: Tables

def tables():
    classes = {code: combining_class(code) for code in SCALARS}
    pairs = decompositions()
    seconds = {second for _, _, second, composes in pairs if composes}
    lost = {code for code, _, _, composes in pairs if not composes}
    jamo = set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    properties = [
        matching(r"\p{L}"), matching(r"\p{N}"), matching(r"\s"), word_characters(),
        {c for c in SCALARS if len(pre_tokenizers.BertPreTokenizer().pre_tokenize_str("a" + chr(c) + "a")) == 3},
        {c for c in SCALARS if bert(clean_text=True).normalize_str(chr(c)) == ""},
        {c for c in SCALARS if bert(strip_accents=True).normalize_str(chr(c)) == ""},
        {c for c in SCALARS if classes[c]} | seconds | lost | jamo,
    ]
    masks = {}
    for bit, members in enumerate(properties):
        for code in members:
            masks[code] = masks.get(code, 0) | 1 << bit
    blocks = [
        literal(
            "properties", "UInt32",
            ["Where a set of properties begins, and until the next entry holds: the character times 256, plus a bit for",
             "each of ``ScalarClass/Properties``."],
            [f"0x{code << 8 | value:X}" for code, value in runs(masks)], 10),
        literal(
            "combiningClasses", "UInt32",
            ["The same for the canonical combining class: the character times 256, plus the class."],
            [f"0x{code << 8 | value:X}" for code, value in runs(classes)], 10),
        literal(
            "decompositions", "UInt64",
            ["Canonical decompositions in one step, without those of Hangul syllables, sorted: 21 bits each for the",
             "character, the first part, and the second or 0. The highest bit tells whether the pair composes again."],
            [f"0x{composes << 63 | code << 42 | first << 21 | second:X}" for code, first, second, composes in pairs], 5),
        literal(
            "lowerCase", "Int32",
            ["Lower case, in fours: first and last of some characters, the step between them, the distance of their lower",
             "case. U+0130, which has two characters, is left out."],
            [str(number) for run in lower_case() for number in run], 12),
    ]
    header = "// Made by Scripts/make_unicode_tables.py; see there for the Unicode versions.\n// swift-format-ignore-file\n"
    text = header + "\n/// What ``ScalarClass`` and ``Normalizer`` know of Unicode, packed.\nenum UnicodeTables {\n"
    path = ROOT / "Sources/Tokenizers/UnicodeTables.swift"
    path.write_text(text + "\n\n".join(blocks) + "\n}\n")


# MARK: Clusters

def byte_map():
    """A map of characters (see CharacterMap.swift) by which every first byte becomes a b.

    A cluster of up to five bytes is then one b, and a longer one as many as it has characters, so that the number of
    them tells where the library sees borders.
    """
    units = [0] * 768
    units[0] = 256 << 10
    for byte in range(1, 256):
        units[256 + byte] = 768 << 10 | 1 << 8 | byte
        units.extend([0] * (512 + byte + 1 - len(units)))
        units[512 + byte] = 1 << 31
    blob = struct.pack(f"<{len(units)}I", *units)
    return normalizers.Precompiled(struct.pack("<I", len(blob)) + blob + b"b\0")


def cluster_classes():
    """The classes of GraphemeClusters.swift, as far as they matter for clusters of up to five bytes."""
    normalizer = byte_map()
    count = lambda text: len(normalizer.normalize_str(text))
    codes = SCALARS[1:]
    accent, ka, virama, copyright_, joiner = "\u0301", "\u0915", "\u094d", "\u00a9", "\u200d"
    extending = {c for c in codes if count("a" + chr(c)) == 1}
    linkers = {c for c in extending if count(ka + chr(c) + ka + accent) == 4}
    passing = {c for c in extending if count(ka + virama + chr(c) + ka + accent) == 5}
    classes = {c: 8 if c in linkers else 2 if c in passing else 3 for c in extending}
    classes |= {c: 1 for c in codes if c not in classes and count(chr(c) + accent + accent) == 2}
    classes |= {c: 5 for c in codes if c not in classes and count(chr(c) + "a") == 1}
    classes |= {c: 6 for c in codes if c not in classes and count(copyright_ + joiner + chr(c)) == 3}
    # A consonant of four bytes is never in a cluster of five.
    classes |= {c: 7 for c in codes if c < 0x10000 and c not in classes and count(ka + virama + chr(c) + accent) == 4}
    return classes | {0: 1, 0x200D: 4}


def python_case():
    """What Python's lower case asks about the neighbors of a capital sigma: 1 cased, 2 passed over."""
    result = {}
    for code in SCALARS:
        c = chr(code)
        if (c + "\u03a3").lower()[-1] == "\u03c2":
            result[code] = 1
        elif ("A" + c + "\u03a3").lower()[-1] == "\u03c2":
            result[code] = 2
    return result


def compatible():
    """Characters whose compatibility decomposition is not the canonical one, with the number of its characters."""
    result = []
    for code in SCALARS:
        text = NFKD.normalize_str(chr(code))
        if text != NFD.normalize_str(chr(code)):
            result += [code << 8 | len(text), *map(ord, text)]
    return result


def cluster_tables():
    classes, case = cluster_classes(), python_case()
    accents = removed(normalizers.StripAccents())
    masks = {}
    for code in SCALARS:
        value = classes.get(code, 0) | case.get(code, 0) << 4 | (code in accents) << 6
        if value:
            masks[code] = value
    blocks = [
        literal(
            "properties", "UInt32",
            ["Where a set of properties begins, and until the next entry holds: the character times 256, plus the class in",
             "``GraphemeClusters``, plus 16 for a cased character or 32 for one that Python's lower case passes over, plus 64",
             "for a mark that `StripAccents` of tokenizers drops."],
            [f"0x{code << 8 | value:X}" for code, value in runs(masks)], 10),
        literal(
            "compatible", "UInt32",
            ["Compatibility decompositions that differ from the canonical ones: the character times 256, plus the number of",
             "characters that follow, and these."],
            [f"0x{value:X}" for value in compatible()], 12),
    ]
    header = "// Made by Scripts/make_unicode_tables.py; see there for the Unicode versions.\n// swift-format-ignore-file\n"
    text = header + "\n/// More of what the tokenizers know of Unicode, packed as in ``UnicodeTables``.\nenum ClusterTables {\n"
    path = ROOT / "Sources/Tokenizers/ClusterTables.swift"
    path.write_text(text + "\n\n".join(blocks) + "\n}\n")


# MARK: Checks

def company(code):
    """A character alone and among others that it may compose with, follow or be ordered before."""
    c = chr(code)
    return [
        c, "a" + c + "\u0323\u0301", "e\u0301" + c + "\u0323b", c + "\u0338", "a\u0315\u0300\u05ae" + c + "b",
        "a" + c + "\u0315\u0300\u05aeb", "\uac00" + c, "\u1100" + c + "\u11a8", "\u0f71" + c,
    ]


def checksums():
    """For each 4,096 characters a CRC-32 of what the library gives, in UTF-8 with a zero after each text."""
    kinds = {
        "nfc": lambda code: "\0".join(NFC.normalize_str(text) for text in company(code)),
        "nfd": lambda code: "\0".join(NFD.normalize_str(text) for text in company(code)),
        "lower": lambda code: LOWER.normalize_str(chr(code) + "\u03a3"),
    }
    result = {}
    for kind, answer in kinds.items():
        sums = []
        for start in range(0, 0x110000, 4096):
            crc = 0
            for code in range(start, start + 4096):
                if not 0xD800 <= code < 0xE000:
                    crc = zlib.crc32((answer(code) + "\0").encode(), crc)
            sums.append(crc)
        result[kind] = sums
    return result


def special_cases(path):
    """Parts 0 and 3 of Unicode's NormalizationTest: text, NFC, NFD. The library must pass all lines of Unicode 9."""
    part, known, whole, cases = "", 0, 0, []
    for line in bz2.open(path, "rt") if path.endswith(".bz2") else open(path):
        part = line.split()[0] if line.startswith("@Part") else part
        columns = line.split("#")[0].strip().split(";")
        if len(columns) < 5:
            continue
        texts = ["".join(chr(int(code, 16)) for code in column.split()) for column in columns[:5]]
        composed = all(NFC.normalize_str(text) == texts[1 if index < 3 else 3] for index, text in enumerate(texts))
        decomposed = all(NFD.normalize_str(text) == texts[2 if index < 3 else 4] for index, text in enumerate(texts))
        whole += 1
        known += composed and decomposed
        if composed and decomposed and part in ("@Part0", "@Part3"):
            cases.append(texts[:3])
    print(f"tokenizers passes {known} of {whole} lines, and {len(cases)} are recorded")
    return cases


if __name__ == "__main__":
    tables()
    cluster_tables()
    cases = special_cases(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode/NormalizationTest.txt.bz2")
    path = ROOT / "Tests/Fixtures/tokenizers/unicode.json"
    path.write_text(json.dumps({"checksums": checksums(), "cases": cases}) + "\n")
