"""Writes resizes.json: hashes of what Pillow and torchvision make of images that the tests can make themselves.

Run: python make_resizes.py    (needs Pillow, torch, torchvision; written with Pillow 13.0.0, torchvision 0.29.2 on a
processor with AVX2, where torchvision resizes bytes as bytes)
"""
import json, os, random
import numpy as np, torch
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional

MASK = 2**64 - 1


def noise(width, height, channels, seed, hard):
    """Bytes from a linear congruential generator; with `hard`, only black and white."""
    state, out = seed, bytearray()
    for _ in range(width * height * channels):
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        byte = state >> 56
        out.append((255 if byte > 127 else 0) if hard else byte)
    return np.frombuffer(bytes(out), np.uint8).reshape(height, width, channels)


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return format(value, "016x")


# Pillow's codes 0 to 3, as transformers maps them to torchvision's.
MODES = [
    InterpolationMode.NEAREST_EXACT, InterpolationMode.LANCZOS, InterpolationMode.BILINEAR, InterpolationMode.BICUBIC]


def main():
    chance, cases = random.Random(1), []
    for number in range(600):
        if number % 6 == 5:  # long and thin, where the order of the passes turns
            width, height = chance.randint(1, 30), chance.randint(50, 900)
            new_width, new_height = chance.randint(1, 60), chance.randint(1, 120)
            if chance.random() < 0.5:
                width, height, new_width, new_height = height, width, new_height, new_width
        else:
            top = chance.choice([6, 30, 90])
            width, height, new_width, new_height = (chance.randint(2, top) for _ in range(4))
        if number % 10 == 0:
            new_width = width
        if number % 10 == 1:
            new_height = height
        channels, filter, hard = chance.choice([1, 3, 3, 4]), chance.choice([2, 3] if number < 420 else [0, 1]), chance.random() < 0.5
        pixels = noise(width, height, channels, number, hard)
        image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
        pillow = np.asarray(image.resize((new_width, new_height), filter)).tobytes()
        mode = MODES[filter]
        tensor = torch.from_numpy(pixels.copy()).permute(2, 0, 1).contiguous()
        try:
            resized = functional.resize(tensor, [new_height, new_width], interpolation=mode, antialias=True)
        except RuntimeError:  # torch 2.15 fails an assertion on some results of one pixel
            continue
        torchvision = resized.permute(1, 2, 0).contiguous().numpy().tobytes()
        case = [width, height, channels, number, int(hard), new_width, new_height, filter]
        cases.append({"case": case, "pillow": fnv(pillow), "torchvision": fnv(torchvision)})
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "resizes.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
