"""Records what transformers writes with the random checkpoints `vit_gpt2` and `blip2_opt` when their settings, or the
names of their tied weights, are others.

    python make_generation.py        # needs torch and transformers 5.24

`cases.json` holds for each case the checkpoint, its `config.json`, its `generation_config.json` if there is one, what is
done to the tied matrix, and the ids of the texts about the checkpoint's own images.
"""

import json
import os
import tempfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch
from safetensors.torch import load_file, save_file
from transformers import Blip2ForConditionalGeneration, VisionEncoderDecoderModel

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.dirname(HERE)
MODELS = {
    "vit_gpt2": (
        VisionEncoderDecoderModel, "decoder.transformer.wte.weight", "decoder.lm_head.weight"),
    "blip2_opt": (
        Blip2ForConditionalGeneration, "language_model.model.decoder.embed_tokens.weight",
        "language_model.lm_head.weight"),
}
TOKENS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")


def read(*names):
    with open(os.path.join(FIXTURES, *names)) as file:
        return json.load(file)


def without(settings, keys):
    return {key: value for key, value in settings.items() if key not in keys}


def cases():
    captioner, blip = read("vit_gpt2", "config.json"), read("blip2_opt", "config.json")
    decoder, text = captioner["decoder"], blip["text_config"]

    def caption(name, config=captioner, generation=None, weights="as they are"):
        return {
            "name": name, "checkpoint": "vit_gpt2", "config": config, "generation_config": generation, "weights": weights}

    def answer(name, config=blip, generation=None, weights="as they are"):
        return {
            "name": name, "checkpoint": "blip2_opt", "config": config, "generation_config": generation,
            "weights": weights}

    return [
        caption("config.json alone"),
        caption("no tokens named", {
            **without(captioner, TOKENS), "decoder_start_token_id": 149, "decoder": without(decoder, TOKENS)}),
        caption("the decoder's start", without(captioner, ["decoder_start_token_id"])),
        caption("start of the file", captioner, {"bos_token_id": 5, "decoder_start_token_id": 6}),
        caption("beginning of the file", captioner, {"bos_token_id": 5, "eos_token_id": 149}),
        caption("an explicit length of 20", captioner, {"decoder_start_token_id": 6, "max_length": 20}),
        caption("lengths of null", captioner, {"decoder_start_token_id": 6, "max_length": None}),
        caption("settings of the decoder", {**captioner, "decoder": {
            **decoder, "num_beams": 3, "max_length": 7, "length_penalty": 2.0}}),
        caption("only the output layer", weights="only the output layer"),
        caption("both and equal", weights="both and equal"),
        caption("both and different", weights="both and different"),
        answer("config.json alone"),
        answer("a generation_config.json", blip, {"num_beams": 3, "eos_token_id": 7, "max_new_tokens": 3}),
        answer("settings of the language model", {**blip, "text_config": {
            **text, "num_beams": 3, "max_length": 9, "min_length": 2}}),
        answer("no tokens named", {**blip, "text_config": without(text, TOKENS)}),
        answer("no end", {**blip, "text_config": {**text, "eos_token_id": None, "pad_token_id": None}}),
        answer("only the output layer", weights="only the output layer"),
        answer("both and equal", weights="both and equal"),
        answer("both and different", weights="both and different"),
    ]


def arrange(tensors, table, head, weights):
    """The tied matrix under the names that a case asks for."""
    if weights == "only the output layer":
        tensors[head] = tensors.pop(table)
    elif weights == "both and equal":
        tensors[head] = tensors[table].clone()
    elif weights == "both and different":
        tensors[head] = tensors[table].flip(0).contiguous()
    return tensors


def main():
    recorded = []
    for case in cases():
        kind, table, head = MODELS[case["checkpoint"]]
        with tempfile.TemporaryDirectory() as directory, torch.no_grad():
            for name, content in (
                ("config.json", case["config"]), ("generation_config.json", case["generation_config"])
            ):
                if content is not None:
                    with open(os.path.join(directory, name), "w") as file:
                        json.dump(content, file)
            tensors = load_file(os.path.join(FIXTURES, case["checkpoint"], "model.safetensors"))
            save_file(
                arrange(tensors, table, head, case["weights"]), os.path.join(directory, "model.safetensors"),
                {"format": "pt"})
            model = kind.from_pretrained(directory).eval()
            pixels = load_file(os.path.join(FIXTURES, case["checkpoint"], "inputs.safetensors"))["pixel_values"]
            # One at a time, so that no row is filled up to the length of another.
            ids = [model.generate(pixels[i : i + 1])[0].tolist() for i in range(len(pixels))]
        print(case["checkpoint"], case["name"], [len(row) for row in ids])
        recorded.append({**case, "ids": ids})
    with open(os.path.join(HERE, "cases.json"), "w") as file:
        json.dump(recorded, file, indent=None, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
