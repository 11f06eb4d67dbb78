"""Makes the JPEGs, the WebPs and the PNGs with an orientation beside it, and photos.json: what Pillow sees.

Run: python make_photos.py    (needs Pillow; written with 13.0.0, its libjpeg-turbo 3.2.0 and its libwebp 1.6.0)
"""
import base64, io, json, os, struct, warnings, zlib
from PIL import Image, ImageOps
from baseline import jpeg as baseline

# Pillow says much about files like these.
warnings.simplefilter("ignore")

here = os.path.dirname(os.path.abspath(__file__))
expected = {}


def picture(width, height):
    """Slopes and an edge, so that a turn, a mirror and a wrong upsampling all show."""
    image = Image.new("RGB", (width, height))
    image.putdata([
        (x * 255 // (width - 1), y * 255 // (height - 1), 230 if x > width // 3 and y < height // 2 else 20)
        for y in range(height) for x in range(width)
    ])
    return image


def exif(orientation, order="<", kind=3, count=1, tag=0x0112):
    """A TIFF block with another tag before the orientation."""
    value = {1: "B", 3: "H", 4: "I", 5: "II", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d"}[kind]
    data = struct.pack(order + value, *([orientation, 1] if kind == 5 else [orientation])) * count
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    software = struct.pack(order + "HHI4s", 0x0131, 2, 3, b"ab\0\0")
    place = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(order + "I", 8 + 2 + 24 + 4)
    entry = struct.pack(order + "HHI", tag, kind, count) + place
    block = head + struct.pack(order + "H", 2) + software[:12] + entry + struct.pack(order + "I", 0)
    return block + (data if len(data) > 4 else b"")


def segment(data):
    return b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


def jpeg(image, *segments, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **{"quality": 90, **options})
    data = out.getvalue()
    return data[:2] + b"".join(segments) + data[2:]


def png(image, *chunks):
    out = io.BytesIO()
    image.save(out, "PNG")
    data = out.getvalue()
    made = b"".join(
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return data[:33] + made + data[33:]


def add(name, data):
    with open(os.path.join(here, name), "wb") as file:
        file.write(data)
    image = Image.open(io.BytesIO(data))
    upright = ImageOps.exif_transpose(image).convert("RGB")
    expected[name] = {
        "mode": image.mode, "width": upright.width, "height": upright.height,
        "turned": next((n for n in range(1, 9) if image.getexif().get(0x0112, 1) == n), 0),
        "upright": base64.b64encode(upright.tobytes()).decode(),
    }
    if image.mode == "RGBA":
        alpha = ImageOps.exif_transpose(image).getchannel("A")
        expected[name]["alpha"] = base64.b64encode(alpha.tobytes()).decode()


small, odd = picture(16, 8), picture(37, 21)
add("photo-444.jpg", jpeg(odd, subsampling=0))
add("photo-422.jpg", jpeg(odd, subsampling=1))
add("photo-420.jpg", jpeg(odd, subsampling=2, quality=60))
add("photo-progressive.jpg", jpeg(odd, progressive=True))
add("photo-restart.jpg", jpeg(odd, restart_marker_blocks=1))
add("photo-grey.jpg", jpeg(odd.convert("L")))
add("photo-cmyk.jpg", jpeg(odd.convert("CMYK")))
add("photo-rgb.jpg", jpeg(small, keep_rgb=True))
EXIF, XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
for value in range(1, 9):
    add(f"turned-{value}.jpg", jpeg(small, segment(EXIF + exif(value, "<" if value % 2 else ">")), subsampling=0))
    add(f"turned-{value}.png", png(small, (b"eXIf", exif(value, ">" if value % 2 else "<"))))
xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
element = b"<tiff:Orientation>8</tiff:Orientation>"
for name, segments in {
    "long": [EXIF + exif(6, kind=4)], "signed": [EXIF + exif(3, kind=9)], "byte": [EXIF + exif(6, kind=1)],
    "unknown": [EXIF + exif(9)], "zero": [EXIF + exif(0)], "double": [EXIF + exif(6, kind=1, count=2)],
    "xmp": [XMP + xmp], "element": [XMP + element], "both": [EXIF + exif(3), XMP + xmp],
    "other": [EXIF + exif(3, tag=0x0110, kind=3), XMP + xmp], "split": [EXIF + exif(6)[:20], EXIF + exif(6)[20:]],
    "zeroxmp": [EXIF + exif(0), XMP + xmp],
}.items():
    add(f"turned-{name}.jpg", jpeg(small, *map(segment, segments), subsampling=0))
keyword = b"XML:com.adobe.xmp\0\0\0\0\0"
add("turned-xmp.png", png(small, (b"iTXt", keyword + xmp)))
add("turned-both.png", png(small, (b"iTXt", keyword + xmp), (b"eXIf", exif(8))))

# Other types and counts of the tag, and other places for the block.
for name, block in {
    "two": exif(6, count=2), "many": exif(8, count=3), "rational": exif(3, kind=5), "float": exif(6, kind=11),
    "tiny": exif(6, kind=6),
}.items():
    add(f"turned-{name}.jpg", jpeg(small, segment(EXIF + block), subsampling=0))
add("turned-marked-twice.jpg", jpeg(small, segment(EXIF + EXIF + exif(6)), subsampling=0))
add("turned-marked-thrice.jpg", jpeg(small, segment(EXIF + EXIF + EXIF + exif(6)), subsampling=0))
add("turned-marked.png", png(small, (b"eXIf", EXIF + exif(6))))
profile = exif(6)
profile = ("\nexif\n%8d\n" % len(profile) + profile.hex()[:72] + "\n" + profile.hex()[72:] + "\n").encode()
name = b"Raw profile type exif\0"
add("turned-profile.png", png(small, (b"tEXt", name + profile)))
add("turned-profile-packed.png", png(small, (b"zTXt", name + b"\0" + zlib.compress(profile))))
add("turned-profile-international.png", png(small, (b"iTXt", name + b"\1\0\0\0" + zlib.compress(profile))))
add("turned-profile-both.png", png(small, (b"eXIf", exif(3)), (b"tEXt", name + profile)))
add("turned-text.png", png(small, (b"tEXt", b"exif\0" + exif(8))))
add("turned-xmp-packed.png", png(small, (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp))))
stray = jpeg(small, subsampling=0)
add("turned-stray.jpg", stray[:20] + b"\1\2\3" + segment(EXIF + exif(6)) + stray[20:])

# Samplings that have no name, and four inks with coarse colours.
planes = [
    lambda x, y: x * 6 % 256, lambda x, y: y * 9 % 256, lambda x, y: 200 if x > 20 else 30, lambda x, y: 255 - y]
for name, factors in {
    "410": [(4, 2), (1, 1), (1, 1)], "3x1": [(3, 1), (1, 1), (1, 1)], "1x4": [(1, 4), (1, 1), (1, 1)],
    "21-21-11": [(2, 1), (2, 1), (1, 1)], "grey-2x2": [(2, 2)], "cmyk-2x2": [(2, 2), (1, 1), (1, 1), (2, 2)],
}.items():
    add(f"sampled-{name}.jpg", baseline(planes[:len(factors)], 41, 23, factors))
add("sampled-cmyk.jpg", jpeg(odd.convert("CMYK"), subsampling=2))

# What decoders warn of, and the pixels are there all the same.
plain = bytearray(jpeg(odd, subsampling=0))
scan = plain.rfind(b"\xff\xda")
adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"


def edited(at, new, removed=0, data=plain):
    return bytes(data[:at] + new + data[at + removed:])


add("odd-stray.jpg", edited(20, b"\1\2\3"))
add("odd-version.jpg", edited(11, b"\2", 1))
for transform in (0, 1, 2, 9):
    add(f"odd-adobe-{transform}.jpg", edited(20, adobe + bytes([transform])))
inks = jpeg(odd.convert("CMYK"))
start = inks.find(b"\xff\xee")
for transform in (1, 2, 9):
    add(f"odd-inks-{transform}.jpg", edited(start + 15, bytes([transform]), 1, inks))
add("odd-scan.jpg", edited(scan + 11, b"\0\0\0", 3))
add("odd-end.jpg", bytes(plain[:-60]) + b"\xff\xd9")
add("odd-trailing.jpg", bytes(plain) + b"trailing")


# WebP: lossy and lossless, with and without alpha, with what a camera says, and animated.
def webp(image, **options):
    out = io.BytesIO()
    image.save(out, "WEBP", **options)
    return out.getvalue()


def chunks(data):
    offset, found = 12, []
    while offset + 8 <= len(data):
        size = struct.unpack("<I", data[offset + 4:offset + 8])[0]
        found.append((data[offset:offset + 4], data[offset + 8:offset + 8 + size]))
        offset += 8 + size + size % 2
    return found


def packed(pieces):
    return b"".join(k + struct.pack("<I", len(d)) + d + b"\0" * (len(d) % 2) for k, d in pieces)


def riff(pieces):
    return b"RIFF" + struct.pack("<I", 4 + len(packed(pieces))) + b"WEBP" + packed(pieces)


def canvas(flags, width, height):
    return (b"VP8X", struct.pack("<I", flags) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3])


def frame(x, y, image, data):
    numbers = (x // 2, y // 2, image.width - 1, image.height - 1, 100)
    return (b"ANMF", b"".join(struct.pack("<I", n)[:3] for n in numbers) + b"\0" + packed(data))


clear = odd.convert("RGBA")
clear.putalpha(Image.linear_gradient("L").resize(odd.size))
add("photo-lossy.webp", webp(odd, quality=80))
add("photo-lossless.webp", webp(odd, lossless=True))
add("clear-lossy.webp", webp(clear))
add("clear-lossless.webp", webp(clear, lossless=True))
add("turned-exif.webp", webp(small, exif=EXIF + exif(6)))
add("turned-xmp.webp", webp(small, xmp=xmp))
add("turned-both.webp", webp(small, exif=exif(3), xmp=xmp))
lossy = [piece for piece in chunks(webp(odd)) if piece[0] == b"VP8 "]
add("turned-unsaid.webp", riff([canvas(0, 37, 21), *lossy, (b"EXIF", exif(6))]))
add("clear-unsaid.webp", riff([canvas(0, 37, 21), *[p for p in chunks(webp(clear)) if p[0] != b"VP8X"]]))
add("odd-unknown.webp", riff([canvas(0, 37, 21), (b"ABCD", b"123"), *lossy]) + b"trailing")
add("animated.webp", webp(small, save_all=True, append_images=[small.rotate(180)], duration=100))
animation = (b"ANIM", b"\xff\x80\x40\xff\0\0")
add("animated-small.webp", riff([canvas(0x02, 50, 40), animation, frame(4, 6, odd, lossy)]))
transparent = [piece for piece in chunks(webp(clear)) if piece[0] in (b"ALPH", b"VP8 ")]
add("animated-clear.webp", riff([canvas(0x12, 50, 40), animation, frame(4, 6, clear, transparent)]))
add("animated-flat.webp", riff([canvas(0x02, 50, 40), animation, frame(4, 6, clear, transparent)]))

with open(os.path.join(here, "photos.json"), "w") as file:
    json.dump(expected, file, indent=0, sort_keys=True)
print(len(expected), "photos", {k: v["turned"] for k, v in expected.items()})
