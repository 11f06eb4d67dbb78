"""Makes small random CLIPs as open_clip publishes them, and records what open_clip computes with them.

    python make_open_clip.py                  (torch 2.15, open_clip_torch 3.3, safetensors, Pillow 13.0)
    python make_open_clip.py check FOLDER     loads with transformers what this package has saved of `vit`, and compares
    python make_open_clip.py texts            records the tokens of texts again (`texts.json`)

`vit` has the settings of `laion/CLIP-ViT-B-32-laion2B-s34B-b79K` in small: GELU, a text tower that is pooled at the
largest id. `quick` has OpenAI's activation, as `timm/vit_base_patch32_clip_224.openai`, its tensors in half precision, a
text tower kept apart, and the weights as a PyTorch file. `resnet` has the ResNet of `timm/resnet50_clip.openai` in small.
Results are in double precision. `texts.json` has tokens of `SimpleTokenizer`, which is what `open_clip.get_tokenizer` gives
for such models.
"""

import json
import os
import sys
import zlib

os.environ.update(TRANSFORMERS_VERBOSITY="error", HF_HUB_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = {"context_length": 12, "vocab_size": 99, "width": 24, "heads": 3, "layers": 2}
MODELS = {
    "vit": {
        "model_cfg": {"embed_dim": 20, "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 8,
                                                      "mlp_ratio": 2.5, "patch_size": 8}, "text_cfg": TEXT},
        "preprocess_cfg": {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]}},
    "quick": {
        "model_cfg": {"embed_dim": 20, "quick_gelu": True, "custom_text": True,
                      "vision_cfg": {"image_size": 28, "layers": 2, "width": 32, "head_width": 16, "patch_size": 14},
                      "text_cfg": TEXT},
        "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bilinear",
                           "resize_mode": "squash"}},
    "resnet": {
        "model_cfg": {"embed_dim": 20, "quick_gelu": True,
                      "vision_cfg": {"image_size": 64, "layers": [1, 2, 1, 1], "width": 4, "head_width": 32,
                                     "patch_size": None}, "text_cfg": TEXT},
        "preprocess_cfg": {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711],
                           "interpolation": "bicubic", "resize_mode": "shortest"}},
}
IDS = [[97, 7, 93, 12, 55, 98], [97, 4, 98], [97, 88, 88, 31, 5, 6, 70, 71, 72, 73, 74, 98], [97, 50, 49, 98]]


def packed(tensor):
    tensor = tensor.detach().double()
    values = [float(f"{x:.12g}") for x in tensor.reshape(-1).tolist()]
    summary = {"shape": list(tensor.shape), "dtype": "float64", "sum": float(f"{tensor.sum():.12g}"),
               "l2": float(f"{tensor.norm():.12g}"), "absmax": float(f"{tensor.abs().max():.12g}")}
    return {**summary, "data": values} if len(values) <= 200 else {**summary, "first": values[:64]}


def whole(tensor):
    return {"shape": list(tensor.shape), "dtype": "int64", "data": tensor.reshape(-1).tolist()}


def make(name, settings):
    import open_clip
    torch.manual_seed(24)
    config = json.loads(json.dumps(settings["model_cfg"]))
    kind = open_clip.CustomTextCLIP if config.pop("custom_text", False) else open_clip.CLIP
    model = kind(**config).eval()
    with torch.no_grad():
        for key, tensor in list(model.named_parameters()) + list(model.named_buffers()):
            spread = torch.randn(tensor.shape) if tensor.is_floating_point() else None
            isNorm = ".ln_" in key or "ln_final" in key or ".bn" in key or ".downsample.1" in key
            if key.endswith("running_var"):
                tensor.copy_(0.5 + spread.abs())
            elif key.endswith("running_mean") or (spread is not None and (key.endswith("bias") or "embedding" in key)):
                tensor.copy_(0.3 * spread)
            elif isNorm and key.endswith("weight"):
                tensor.copy_(1 + 0.3 * spread)
            elif tensor.dim() > 1 and "mask" not in key:
                tensor.copy_(1.2 * spread / (tensor[0].numel() if tensor.dim() != 2 or "proj" in key else tensor.shape[1]) ** 0.5)
        model.logit_scale.fill_(2.3)
        if name == "quick":
            for tensor in list(model.parameters()):
                tensor.copy_(tensor.half().float())
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    state = {key: tensor.contiguous() for key, tensor in model.state_dict().items()}
    if name == "quick":
        torch.save({key: tensor.half() for key, tensor in state.items()},
                   os.path.join(folder, "open_clip_pytorch_model.bin"))
    else:
        save_file(state, os.path.join(folder, "open_clip_model.safetensors"))
    with open(os.path.join(folder, "open_clip_config.json"), "w") as file:
        json.dump(settings, file, indent=2)
    size = config["vision_cfg"]["image_size"]
    pixels = torch.randn(3, 3, size, size)
    save_file({"pixel_values": pixels}, os.path.join(folder, "inputs.safetensors"))
    length = config["text_cfg"]["context_length"]
    ids = torch.tensor([text + [0] * (length - len(text)) for text in IDS])
    mask = torch.tensor([[1] * len(text) + [0] * (length - len(text)) for text in IDS])
    with torch.no_grad():
        model = model.double()
        images, texts = model.encode_image(pixels.double()), model.encode_text(ids)
        logits, _ = model.get_logits(pixels.double(), ids)
        results = {"input_ids": whole(ids), "attention_mask": whole(mask),
                   "pixel_values": {"file": "inputs.safetensors", "tensor": "pixel_values", "shape": list(pixels.shape)},
                   "vision_pooler": packed(images), "text_pooler": packed(texts),
                   "image_embeds": packed(torch.nn.functional.normalize(images, dim=-1)),
                   "text_embeds": packed(torch.nn.functional.normalize(texts, dim=-1)),
                   "logits_per_image": packed(logits), "probs": packed(logits.softmax(-1))}
        if name == "resnet":
            results["stem"] = packed(model.visual.stem(pixels.double()))
            states = model.visual.stem(pixels.double())
            for stage in ("layer1", "layer2", "layer3", "layer4"):
                states = getattr(model.visual, stage)(states)
                results[stage] = packed(states)
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump(results, file)


def preprocessing():
    """What `preprocess_val` makes of pictures: a checksum of the bytes, and some numbers."""
    from open_clip.transform import PreprocessCfg, image_transform_v2
    results = []
    pictures = ["../processors/" + name for name in sorted(os.listdir(os.path.join(HERE, "../processors")))
                if name.endswith(".png")]
    cases = [{"size": 32}, {"size": 28, "interpolation": "bilinear", "resize_mode": "squash", "mean": (0.5, 0.5, 0.5),
                             "std": (0.5, 0.5, 0.5)}, {"size": 33}, {"size": 224}]
    for picture in pictures:
        image = Image.open(os.path.join(HERE, picture))
        for case in cases:
            if image.mode not in ("RGB", "L"):
                continue
            pixels = image_transform_v2(PreprocessCfg(**case), is_train=False)(image)
            results.append({"picture": os.path.basename(picture), "settings": {k: v for k, v in case.items()},
                            "shape": list(pixels.shape), "first": [float(x) for x in pixels.reshape(-1)[:5].tolist()],
                            "crc32": f"{zlib.crc32(pixels.contiguous().numpy().tobytes()):08x}"})
    with open(os.path.join(HERE, "preprocessing.json"), "w") as file:
        json.dump(results, file)


def texts():
    from open_clip.tokenizer import SimpleTokenizer
    tokenizer = SimpleTokenizer()
    cases = ["a photo of a dog", "A Photo Of A DOG!", "", "   ", "it's don't we'll I\u2019m they\u2019ve", "\u201csmart\u201d \u2018quotes\u2019",
             "&amp; &lt;b&gt; &amp;amp; html", "&amp;lt;", "&#39;tis &#x1F600; &#150; &#0; &#xD800;", "AT&T &quot;x&quot &nbsp;y",
             "&apos;a&apos b", "<b>&amp;</b>", "\ufb01ne \ufb03 \ufb05 \u0133 \u0149", "\uff21\uff22\uff43\u3000\uff11\uff01", "a\x1b[31mred\x1b[0m dog",
             "a\x00b\x07c\ufeffd", "line\r\nends\u2028here\u2029too\x85x", "<|startoftext|> a cat <|endoftext|> tail",
             "caf\u00e9 cafe\u0301", "\u65e5\u672c\u8a9e", "\U0001f600 smile", "state-of-the-art 3.14", "word " * 90, "\x1b[ 1m \x1b[12;3", "a&b &#; &#x; &"]
    rows = [tokenizer(text)[0].tolist() for text in cases]
    results = [{"text": text, "ids": row[: row.index(49407) + 1]} for text, row in zip(cases, rows)]
    with open(os.path.join(HERE, "texts.json"), "w") as file:
        json.dump(results, file)


def compare(loaded):
    with open(os.path.join(HERE, "vit/expected.json")) as file:
        recorded = json.load(file)
    pixels = load_file(os.path.join(HERE, "vit/inputs.safetensors"))["pixel_values"]
    ids = torch.tensor(recorded["input_ids"]["data"]).reshape(recorded["input_ids"]["shape"])
    with torch.no_grad():
        out = loaded.double()(input_ids=ids, pixel_values=pixels.double())
    worst = 0
    for name, computed in [("logits_per_image", out.logits_per_image), ("image_embeds", out.image_embeds),
                           ("text_embeds", out.text_embeds)]:
        expected = torch.tensor(recorded[name]["data"], dtype=torch.double).reshape(recorded[name]["shape"])
        difference = (computed - expected).abs().max().item()
        print(f"{name}: {difference:.1e}")
        worst = max(worst, difference)
    return worst


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        from transformers import CLIPModel
        loaded, info = CLIPModel.from_pretrained(sys.argv[2], output_loading_info=True)
        assert not info["missing_keys"] and not info["unexpected_keys"], info
        worst = compare(loaded.eval())
        sys.exit(0 if worst <= 1e-5 else f"a difference of {worst}")
    if sys.argv[1:2] != ["texts"]:
        for name, settings in MODELS.items():
            make(name, settings)
        preprocessing()
    texts()
