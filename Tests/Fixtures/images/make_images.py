"""Makes the PNGs beside it and expected.json: every colour type, depth and interlacing, with and without tRNS.

The files are written chunk by chunk here, so that odd kinds come out as wanted. What a reader should see is taken
from Pillow: grey, RGB, or RGBA where there is an alpha channel or a transparent colour.

Run: python make_images.py    (needs Pillow; written with 13.0.0)
"""
import base64, io, json, os, random, struct, warnings, zlib
from PIL import Image

# Pillow has much to say about palettes with transparency.
warnings.simplefilter("ignore")

here = os.path.dirname(os.path.abspath(__file__))
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
NAMES = {0: "grey", 2: "rgb", 3: "palette", 4: "greyalpha", 6: "rgba"}
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack(samples, depth):
    """A row of samples as bytes."""
    if depth == 16:
        return b"".join(struct.pack(">H", s) for s in samples)
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def filtered(rows, bpp):
    """Rows behind filter bytes, the five filters in turn."""
    out, above = b"", bytes(len(rows[0]))
    for number, row in enumerate(rows):
        kind = number % 5
        line = bytearray()
        for i, value in enumerate(row):
            a = row[i - bpp] if i >= bpp else 0
            c = above[i - bpp] if i >= bpp else 0
            b = above[i]
            line.append((value - [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]) % 256)
        out += bytes([kind]) + bytes(line)
        above = row
    return out


def png(pixels, depth, kind, interlaced=False, before=b"", pieces=1):
    """pixels[y][x] is a tuple of samples."""
    height, width = len(pixels), len(pixels[0])
    bpp = max(1, CHANNELS[kind] * depth // 8)
    grids = [(0, 0, 1, 1)] if not interlaced else PASSES
    raw = b""
    for x0, y0, dx, dy in grids:
        rows = [pack([s for x in range(x0, width, dx) for s in pixels[y][x]], depth) for y in range(y0, height, dy)]
        if rows and rows[0]:
            raw += filtered(rows, bpp)
    data = zlib.compress(raw, 9)
    size = max(1, -(-len(data) // pieces))
    body = b"".join(chunk(b"IDAT", data[i:i + size]) for i in range(0, len(data), size))
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + body + chunk(b"IEND", b"")


def seen(image):
    """The 8-bit samples that the project keeps of a picture: Pillow's, as grey, RGB or RGBA."""
    if "A" in image.getbands() or "transparency" in image.info:
        return image.convert("RGBA").tobytes()
    if image.mode == "I;16":
        return image.convert("RGB").tobytes()[::3]
    return image.convert("RGB" if image.mode in ("P", "RGB") else "L").tobytes()


expected = {}


def add(name, pixels, depth, kind, interlaced=False, palette=None, alphas=None, key=None, extra=b"", pieces=1, last=b""):
    before = extra
    if palette:
        before += chunk(b"PLTE", b"".join(bytes(c) for c in palette))
    if alphas:
        before += chunk(b"tRNS", bytes(alphas))
    if key is not None:
        before += chunk(b"tRNS", b"".join(struct.pack(">H", s) for s in key))
    data = png(pixels, depth, kind, interlaced, before, pieces)
    data = data[:-12] + last + data[-12:]
    with open(os.path.join(here, name + ".png"), "wb") as file:
        file.write(data)
    image = Image.open(io.BytesIO(data))
    image.load()
    entry = {"width": image.width, "height": image.height, "mode": image.mode}
    entry["pixels"] = base64.b64encode(seen(image)).decode()
    for mode in ("RGB", "L", "RGBA"):
        # Pillow itself turns 16-bit grey into grey by another rule than into RGB.
        if (image.mode, mode) != ("I;16", "L"):
            entry[mode] = base64.b64encode(image.convert(mode).tobytes()).decode()
    expected[name] = entry


chance = random.Random(24)


def noise(width, height, depth, kind, count=None):
    top = count or (1 << depth)
    return [[tuple(chance.randrange(top) for _ in range(CHANNELS[kind])) for _ in range(width)] for _ in range(height)]


for kind, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items():
    for depth in depths:
        palette = [tuple(chance.randrange(256) for _ in range(3)) for _ in range(min(1 << depth, 50))] if kind == 3 else None
        for interlaced in (False, True):
            pixels = noise(9, 7, depth, kind, len(palette) if palette else None)
            suffix = f"{NAMES[kind]}{depth}" + ("-interlaced" if interlaced else "")
            add(suffix, pixels, depth, kind, interlaced, palette)
            if kind in (0, 2):
                add(suffix + "-trns", pixels, depth, kind, interlaced, key=pixels[3][4])
            if kind == 3:
                alphas = [chance.randrange(256) for _ in range(max(1, len(palette) // 2))]
                add(suffix + "-trns", pixels, depth, kind, interlaced, palette, alphas)

# Sides for which Adam7 has empty passes, rows that end inside a byte, one pixel, IDAT in pieces.
for width, height in ((1, 1), (1, 9), (9, 1), (3, 3), (33, 2)):
    for interlaced in (False, True):
        tail = f"{width}x{height}" + ("-interlaced" if interlaced else "")
        add(f"grey1-{tail}", noise(width, height, 1, 0), 1, 0, interlaced)
        add(f"rgb8-{tail}", noise(width, height, 8, 2), 8, 2, interlaced, pieces=3)

# Chunks that must change nothing: a gamma far from sRGB's, a background, a physical size, text, one that nobody knows.
gamma = chunk(b"gAMA", struct.pack(">I", 100000))
add("rgb8-gamma", noise(9, 7, 8, 2), 8, 2, extra=gamma + chunk(b"bKGD", struct.pack(">3H", 1, 2, 3)))
add("rgba8-gamma", noise(9, 7, 8, 6), 8, 6, extra=gamma)
add("rgb16-gamma", noise(9, 7, 16, 2), 16, 2, extra=gamma + chunk(b"prVt", b"private"))
add("grey8-text", noise(9, 7, 8, 0), 8, 0, extra=chunk(b"pHYs", struct.pack(">IIB", 1, 2, 1)) + chunk(b"tEXt", b"Title\0x"))

# Where Pillow and the specification part: 16-bit grey is cut off at 255, and the transparent colour is compared with
# samples that have become 8 bits.
row = [0, 1, 127, 128, 255, 256, 257, 4660, 32767, 32768, 65280, 65535]
add("rule-grey16", [[(v,) for v in row]], 16, 0)
add("rule-grey16-key", [[(v,) for v in row]], 16, 0, key=(0x01FF,))
add("rule-grey2-key", [[(v,) for v in range(4)]], 2, 0, key=(2,))
add("rule-grey2-key-spread", [[(v,) for v in range(4)]], 2, 0, key=(85,))
add("rule-grey4-key", [[(3,), (15,)]], 4, 0, key=(3,))
add("rule-grey8-key-high", [[(5,), (6,)]], 8, 0, key=(0x0105,))
add("rule-grey1-key", [[(0,), (1,)]], 1, 0, key=(2,))
deep = [[(0x12FF, 0x3400, 0x5678), (0x1234, 0x3434, 0x5656), (1, 2, 3)]]
add("rule-rgb16-key", deep, 16, 2, key=deep[0][0])
add("rule-rgb16-key-low", deep, 16, 2, key=(0xFF12, 0x0034, 0x1156))
# A palette's transparency may be longer than the palette, stand before it or behind the pixels; an index may have no
# colour.
two = [(255, 0, 0), (0, 255, 0)]
add("rule-palette-long-trns", [[(0,), (1,)]], 1, 3, palette=two, alphas=[0, 0x80, 0xFF])
add("rule-palette-early-trns", [[(0,), (1,)]], 1, 3, palette=two, extra=chunk(b"tRNS", bytes([0, 0x80, 0xFF])))
add("rule-palette-late-trns", [[(0,), (1,)]], 1, 3, palette=two, last=chunk(b"tRNS", bytes([0, 0x80, 0xFF])))
add("rule-palette-short", [[(0,), (1,), (2,), (200,)]], 8, 3, palette=two, alphas=[0, 0x80, 0x11])
# Beside an alpha channel a transparent colour means nothing; of two chunks the last counts.
add("rule-greyalpha-key", [[(5, 6)]], 8, 4, key=(5,))
add("rule-two-keys", [[(5,), (6,)]], 8, 0, key=(6,), extra=chunk(b"tRNS", b"\0\5"))

with open(os.path.join(here, "expected.json"), "w") as file:
    json.dump(expected, file, indent=0, sort_keys=True)
print(len(expected), "images")
