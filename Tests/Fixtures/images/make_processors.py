"""Writes processors.json: what transformers' image processors make of many configurations and images.

Images are noise that the tests can make themselves; of each result the shape and a hash are kept.

Run: python make_processors.py    (needs transformers, torchvision and Pillow; written with transformers 5.24)
"""
import json, os, random
import numpy as np
from PIL import Image
from transformers import (
    BeitImageProcessor, BlipImageProcessor, CLIPImageProcessor, DeiTImageProcessor, SiglipImageProcessor, ViltImageProcessor,
    ViTImageProcessor)
from transformers.models.beit.image_processing_pil_beit import BeitImageProcessorPil
from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.vilt.image_processing_pil_vilt import ViltImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from make_resizes import fnv, noise

CLASSES = {
    "CLIPImageProcessor": (CLIPImageProcessor, CLIPImageProcessorPil),
    "ViTImageProcessor": (ViTImageProcessor, ViTImageProcessorPil),
    "ViltImageProcessor": (ViltImageProcessor, ViltImageProcessorPil),
    "BlipImageProcessor": (BlipImageProcessor, BlipImageProcessorPil),
    "DeiTImageProcessor": (DeiTImageProcessor, DeiTImageProcessorPil),
    "BeitImageProcessor": (BeitImageProcessor, BeitImageProcessorPil),
    "SiglipImageProcessor": (SiglipImageProcessor, SiglipImageProcessorPil),
}
FIRST, SECOND = list(CLASSES)[:4], list(CLASSES)[:6]
# What the published directories say, in short: as `preprocessor_config.json` has it, but for smaller sizes.
PUBLISHED = {
    "SiglipImageProcessor": {  # google/siglip-base-patch16-224
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
        "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"height": 32, "width": 32}},
    "BlipImageProcessor": {  # Salesforce/blip-image-captioning-base
        "do_normalize": True, "do_resize": True, "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711], "size": {"height": 48, "width": 48}, "size_divisor": 32, "do_pad": True},
    "ViTImageProcessor": {  # microsoft/trocr-base-printed, as a ViTFeatureExtractor once wrote it
        "do_normalize": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2, "size": 48},
    "DeiTImageProcessor": {  # microsoft/trocr-small-printed
        "crop_size": 28, "do_center_crop": False, "do_normalize": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5], "resample": 3, "size": 48},
}
chance, cases = random.Random(2), []


def configuration(kind):
    """Any mixture of keys, in old and new spellings, with small sizes."""
    out = {}
    if kind == "ViltImageProcessor":
        out["size"] = chance.choice([24, {"shortest_edge": 24}, {"shortest_edge": 31}])
        out["size_divisor"] = chance.choice([1, 4, 7])
    elif kind == "CLIPImageProcessor":
        out["size"] = chance.choice([20, {"shortest_edge": 17}, {"shortest_edge": 12, "longest_edge": 19}, [11, 15]])
        out["crop_size"] = chance.choice([16, {"height": 9, "width": 21}, [22, 13], {"height": 12, "width": 12}])
    else:
        out["size"] = chance.choice([14, {"height": 10, "width": 18}, [9, 8], {"shortest_edge": 13}])
    for key in ("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb"):
        if chance.random() < 0.2:
            out[key] = chance.choice([True, False, None])
    if out.get("do_center_crop") and "crop_size" not in out and kind != "ViltImageProcessor":
        out["crop_size"] = {"height": 7, "width": 8}
    if chance.random() < 0.3:
        out["resample"] = chance.choice([2, 3])
    if chance.random() < 0.3:
        out["rescale_factor"] = chance.choice([0.0078125, 0.00784313725490196, 0.003921568859368563, 1 / 127.5, 0.01])
    if chance.random() < 0.3:
        out["image_mean"] = [round(chance.random(), 3) for _ in range(3)]
        out["image_std"] = [round(chance.random() + 0.01, 3) for _ in range(3)]
    if kind == "ViltImageProcessor" and chance.random() < 0.2:
        out["do_pad"] = True
    return out


def further(kind):
    """More keys: every filter, squares or not, what is padded to, and BEiT's and DeiT's own defaults."""
    out = configuration(kind)
    if kind in ("DeiTImageProcessor", "BeitImageProcessor"):
        if chance.random() < 0.7:
            out["crop_size"] = chance.choice([12, {"height": 9, "width": 11}, [20, 13]])
        else:
            out["do_center_crop"] = chance.choice([False, None])
    if chance.random() < 0.7:
        out["resample"] = chance.choice([0, 1, 2, 3])
    if kind != "ViltImageProcessor" and chance.random() < 0.4:
        out["default_to_square"] = chance.choice([True, False, None])
        out["size"] = chance.choice([13, 24, out["size"]])
    if chance.random() < 0.4:
        out["do_pad"] = chance.choice([True, True, False, None])
        out["pad_size"] = chance.choice([{"height": 40, "width": 50}, [45, 60], 64, 10, None])
    if kind == "CLIPImageProcessor" and chance.random() < 0.15:
        out["use_square_size"] = chance.choice([True, False, None])
    if chance.random() < 0.3:
        out["do_normalize"] = False
    return out


for number in range(750):
    if number < 570:
        kind = chance.choice(FIRST if number < 270 else SECOND)
        settings = configuration(kind) if number < 270 else further(kind)
    elif number < 710:
        kind = "SiglipImageProcessor"
        settings = configuration(kind) if number < 640 else further(kind)
    else:
        kind = list(PUBLISHED)[number // 2 % 4]
        settings = PUBLISHED[kind]
    pillow = number % 2
    images, specs = [], []
    for _ in range(chance.choice([1, 1, 2, 3])):
        channels = chance.choice([3, 1, 4] if kind[0] in "CBS" else [3] * 8 + [1, 4])
        width, height = chance.randint(5, 60), chance.randint(5, 60)
        seed = chance.randrange(10**6)
        specs.append([width, height, channels, seed])
        pixels = noise(width, height, channels, seed, False)
        images.append(Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels))
    entry = {"pillow": bool(pillow), "images": specs}
    entry["json"] = json.dumps({"image_processor_type": kind, **settings})
    try:
        batch = CLASSES[kind][pillow](**settings)(images=images, return_tensors="pt")
        values = np.ascontiguousarray(batch["pixel_values"].numpy().astype(np.float32))
        entry["shape"] = list(values.shape)
        entry["values"] = fnv(values.tobytes())
        if "pixel_mask" in batch:
            entry["mask"] = fnv(batch["pixel_mask"].numpy().astype(np.uint8).tobytes())
        if values.shape[1] != 3 and pillow:
            entry["note"] = "not RGB"
    except Exception as error:
        entry["error"] = type(error).__name__ + ": " + str(error).split("\n")[0][:90]
    cases.append(entry)
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "processors.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases", sum("error" in c for c in cases), "errors", sum("note" in c for c in cases), "not RGB")
for text in sorted({c["error"] for c in cases if "error" in c}):
    print(sum(c.get("error") == text for c in cases), text)
