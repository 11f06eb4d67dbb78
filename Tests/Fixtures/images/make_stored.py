"""Writes stored.json: what transformers' processors make of pictures beside it that are not stored as RGB.

Of each result the shape and a hash are kept; nothing where transformers raises, and for black and white of one bit and
grey of 16 bits, which it takes as truth values and as numbers of 16 bits: the project refuses them.

Run: python make_stored.py    (needs transformers, torchvision and Pillow; written with transformers 5.24)
"""
import json, os, warnings
import numpy as np
from PIL import Image, ImageOps
from transformers import BeitImageProcessor, CLIPImageProcessor, DeiTImageProcessor, ViltImageProcessor, ViTImageProcessor

from make_resizes import fnv

warnings.simplefilter("ignore")
CLASSES = [ViTImageProcessor, ViltImageProcessor, DeiTImageProcessor, BeitImageProcessor, CLIPImageProcessor]
here = os.path.dirname(os.path.abspath(__file__))
FILES = [
    "grey8.png", "grey8-trns.png", "grey1.png", "grey16.png", "greyalpha8.png", "palette4.png", "palette8-trns.png",
    "rgb8-trns.png", "rgb16-trns.png", "rgba8.png", "photo-cmyk.jpg", "turned-6.jpg"]
cases = []
for name in FILES:
    for kind in CLASSES:
        settings = {"size": {"shortest_edge": 12}, "size_divisor": 4} if kind is ViltImageProcessor else {
            "size": 11, "crop_size": 8, "default_to_square": True}
        settings |= {"do_convert_rgb": False, "do_normalize": name.startswith(("rgb8", "rgb16"))}
        if kind is BeitImageProcessor:
            settings |= {"resample": 0, "do_rescale": False}
        entry = {"file": name, "json": json.dumps({"image_processor_type": kind.__name__, **settings})}
        image = ImageOps.exif_transpose(Image.open(os.path.join(here, name)))
        try:
            values = kind(**settings)(images=image, return_tensors="pt")["pixel_values"].numpy()
            if image.mode not in ("1", "I;16"):
                entry |= {"shape": list(values.shape), "values": fnv(np.ascontiguousarray(values.astype(np.float32)).tobytes())}
        except Exception as error:
            print(name, kind.__name__, error)
        cases.append(entry)
with open(os.path.join(here, "stored.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases")
