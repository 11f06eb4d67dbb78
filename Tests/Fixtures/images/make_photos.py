"""Makes the JPEGs and the PNGs with an orientation beside it, and photos.json: what Pillow sees.

Run: python make_photos.py    (needs Pillow; written with 13.0.0 and its libjpeg-turbo 3.2.0)
"""
import base64, io, json, os, struct, zlib
from PIL import Image, ImageOps

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
    value = {1: "B3x", 3: "H2x", 4: "I", 9: "i"}[kind]
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    software = struct.pack(order + "HHI4s", 0x0131, 2, 3, b"ab\0\0")
    entry = struct.pack(order + "HHI", tag, kind, count) + struct.pack(order + value, orientation)
    return head + struct.pack(order + "H", 2) + software[:12] + entry + struct.pack(order + "I", 0)


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
        "turned": image.getexif().get(0x0112, 1) if isinstance(image.getexif().get(0x0112, 1), int) else 0,
        "upright": base64.b64encode(upright.tobytes()).decode(),
    }


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
with open(os.path.join(here, "photos.json"), "w") as file:
    json.dump(expected, file, indent=0, sort_keys=True)
print(len(expected), "photos", {k: v["turned"] for k, v in expected.items()})
