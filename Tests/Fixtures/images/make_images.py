"""Makes the PNGs beside it and expected.json: every colour type, depth and interlacing, with and without tRNS.

The files are written chunk by chunk here, so that odd kinds come out as wanted. What a reader should see is taken
from Pillow, except where Pillow departs from the PNG specification: 16-bit grey (it clips at 255, here the high byte
stays) and tRNS of 2, 4 and 16-bit samples (it compares with converted samples, here the stored ones count).

Run: python make_images.py    (needs Pillow; written with 13.0.0)
"""
import base64, io, json, os, random, struct, zlib
from PIL import Image

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


def wanted(pixels, depth, kind, palette, alphas, key):
    """The 8-bit samples by this project's rule: grey, RGB, or RGBA where there is any transparency."""
    top = (1 << depth) - 1

    def eight(s):
        return s >> 8 if depth == 16 else s * 255 // top

    out = []
    for row in pixels:
        for p in row:
            if kind == 3:
                out += list(palette[p[0]]) + ([alphas[p[0]] if p[0] < len(alphas) else 255] if alphas else [])
            elif kind == 0:
                out += [eight(p[0])] if key is None else [eight(p[0])] * 3 + [0 if p[0] == key[0] else 255]
            elif kind == 4:
                out += [eight(p[0])] * 3 + [eight(p[1])]
            else:
                out += [eight(s) for s in p] + ([0 if p == key else 255] if key is not None else [])
    return bytes(out)


expected = {}


def add(name, pixels, depth, kind, interlaced=False, palette=None, alphas=None, key=None, extra=b"", pieces=1):
    before = extra
    if palette:
        before += chunk(b"PLTE", b"".join(bytes(c) for c in palette))
    if alphas:
        before += chunk(b"tRNS", bytes(alphas))
    if key is not None:
        before += chunk(b"tRNS", b"".join(struct.pack(">H", s) for s in key))
    data = png(pixels, depth, kind, interlaced, before, pieces)
    with open(os.path.join(here, name + ".png"), "wb") as file:
        file.write(data)
    samples = wanted(pixels, depth, kind, palette, alphas, key)
    image = Image.open(io.BytesIO(data))
    image.load()
    entry = {"width": image.width, "height": image.height, "mode": image.mode}
    entry["pixels"] = base64.b64encode(samples).decode()
    if image.mode != "I;16":
        for mode in ("RGB", "L"):
            entry[mode] = base64.b64encode(image.convert(mode).tobytes()).decode()
        if key is None or (depth == 8) or (depth == 1):
            entry["RGBA"] = base64.b64encode(image.convert("RGBA").tobytes()).decode()
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

with open(os.path.join(here, "expected.json"), "w") as file:
    json.dump(expected, file, indent=0, sort_keys=True)
print(len(expected), "images")
