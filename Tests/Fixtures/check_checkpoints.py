"""Holds the recorded results of the small random checkpoints beside this file to transformers.

    python check_checkpoints.py        # needs torch and transformers 5.24, and safetensors

The weights of `clip_eos2`, `clip_eosN`, `vit_gpt2`, `vit_gpt2_proj`, `vilt_vqa` and `blip2_opt` were drawn once, with
transformers 5.23 and a wider spread than a new model has, so that mistakes show. Drawn again they would be others; so
this script does not make them, it computes from them what `expected.json` holds, and prints the largest difference.
"""

import json
import os
import sys

os.environ.update(TRANSFORMERS_VERBOSITY="error", HF_HUB_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")
import torch
from safetensors.torch import load_file
from transformers import (
    Blip2ForConditionalGeneration,
    CLIPModel,
    ViltForQuestionAnswering,
    VisionEncoderDecoderModel,
)

here = os.path.dirname(os.path.abspath(__file__))
failures = 0


def recorded(value):
    return torch.tensor(value["data"]).reshape(value["shape"])


def compare(name, computed, expected, tolerance=1e-4):
    """A recorded tensor, or a list, which must be equal."""
    global failures
    if isinstance(expected, list):
        same = computed == expected
        print(f"  {name}: {'equal' if same else 'DIFFERENT'}")
    elif "data" not in expected:
        # Of large tensors the length and the sum are recorded, with nine digits.
        length, total = computed.double().norm().item(), computed.double().sum().item()
        difference = max(abs(length - expected["l2"]), abs(total - expected["sum"])) / length
        same = list(computed.shape) == expected["shape"] and difference <= tolerance
        print(f"  {name}: {difference:.1e} of its length{'' if same else '  PAST THE TOLERANCE'}")
    else:
        difference = (computed.double() - recorded(expected).double()).abs().max().item()
        same = difference <= tolerance
        print(f"  {name}: {difference:.1e}{'' if same else '  PAST THE TOLERANCE'}")
    failures += not same


def clip(folder, expected, inputs):
    model = CLIPModel.from_pretrained(folder).eval()
    ids, mask, pixels = recorded(expected["input_ids"]), recorded(expected["attention_mask"]), inputs["pixel_values"]
    out = model(input_ids=ids, attention_mask=mask, pixel_values=pixels)
    compare("logits_per_image", out.logits_per_image, expected["logits_per_image"])
    compare("image_embeds", out.image_embeds, expected["image_embeds"])
    compare("text_embeds", out.text_embeds, expected["text_embeds"])
    compare("text_last_hidden", out.text_model_output.last_hidden_state, expected["text_last_hidden"])
    compare("vision_last_hidden", out.vision_model_output.last_hidden_state, expected["vision_last_hidden"])
    out = model.double()(input_ids=ids, attention_mask=mask, pixel_values=pixels.double())
    compare("logits_per_image_fp64", out.logits_per_image, expected["logits_per_image_fp64"])


def captioner(folder, expected, inputs):
    model = VisionEncoderDecoderModel.from_pretrained(folder).eval()
    pixels, ids = inputs["pixel_values"], recorded(expected["decoder_input_ids"])
    out = model(pixel_values=pixels, decoder_input_ids=ids)
    compare("encoder_last_hidden", out.encoder_last_hidden_state, expected["encoder_last_hidden"])
    compare("logits", out.logits, expected["logits"])
    out = model.double()(pixel_values=pixels.double(), decoder_input_ids=ids)
    compare("logits_fp64", out.logits, expected["logits_fp64"])


def vilt(folder, expected, inputs):
    model = ViltForQuestionAnswering.from_pretrained(folder).eval()
    ids, mask = recorded(expected["input_ids"]), recorded(expected["attention_mask"])
    for name, case in expected["cases"].items():
        pixels = inputs[case["pixel_values"]["tensor"]]
        pixel_mask = torch.zeros(pixels.shape[0], *pixels.shape[2:], dtype=torch.long)
        for row, (height, width) in enumerate(case["pixel_mask_sizes"]):
            pixel_mask[row, :height, :width] = 1
        out = model(input_ids=ids, attention_mask=mask, pixel_values=pixels, pixel_mask=pixel_mask)
        compare(f"{name} logits", out.logits, case["logits"])
        answers = [model.config.id2label[int(i)] for i in out.logits.argmax(-1)]
        compare(f"{name} answers", answers, case["answers"])


def blip2(folder, expected, inputs):
    model = Blip2ForConditionalGeneration.from_pretrained(folder).eval()
    ids, mask, pixels = recorded(expected["input_ids"]), recorded(expected["attention_mask"]), inputs["pixel_values"]
    out = model(input_ids=ids, attention_mask=mask, pixel_values=pixels)
    compare("vision_last_hidden", out.vision_outputs.last_hidden_state, expected["vision_last_hidden"])
    compare("qformer_output", out.qformer_outputs.last_hidden_state, expected["qformer_output"])
    compare("logits", out.logits, expected["logits"])


with torch.no_grad():
    for name, check in [
        ("clip_eos2", clip), ("clip_eosN", clip), ("vit_gpt2", captioner), ("vit_gpt2_proj", captioner),
        ("vilt_vqa", vilt), ("blip2_opt", blip2),
    ]:
        print(name)
        folder = os.path.join(here, name)
        with open(os.path.join(folder, "expected.json")) as file:
            check(folder, json.load(file), load_file(os.path.join(folder, "inputs.safetensors")))
sys.exit(1 if failures else 0)
