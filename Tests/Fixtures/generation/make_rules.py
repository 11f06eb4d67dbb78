"""Records what transformers writes with the random checkpoint `vit_gpt2` under each setting of `generation_config.json`
that forbids, forces or favors tokens or ends a search, by greedy search and with four beams.

    python make_rules.py        # needs torch and transformers 5.24

`rules.json` holds for each case the settings and the ids of all texts about the checkpoint's own images. The script
stops if a setting changes nothing, as its case would then test nothing.
"""

import json
import os
import tempfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch
from safetensors.torch import load_file
from transformers import GenerationConfig, VisionEncoderDecoderModel

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKPOINT = os.path.join(os.path.dirname(HERE), "vit_gpt2")
BASE = {"decoder_start_token_id": 149, "eos_token_id": 149, "pad_token_id": 149, "max_new_tokens": 8}
BEAMS = {"num_beams": 4}


def generate(model, pixels, settings):
    """The ids of all texts about each image, one image at a time, so that no row is filled up to another's length."""
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "generation_config.json"), "w") as file:
            json.dump(settings, file)
        model.generation_config = GenerationConfig.from_pretrained(directory)
    return [model.generate(pixels[i : i + 1]).tolist() for i in range(len(pixels))]


def rules():
    """Settings, and beside them those with which they are to be compared; 93, 16, 40 and 5 are often written."""
    ends = {"eos_token_id": [149, 40, 49, 145]}
    return [
        ({"bad_words_ids": [[93], [16, 40], [149]]}, {}),
        ({"bad_words_ids": [[16, 16], [93, 16, 40], [5, 5, 49], [149, 145], [40]]}, ends),
        ({"suppress_tokens": [93, 5, 1000]}, {}),
        ({"begin_suppress_tokens": [93, 5, 145]}, {}),
        ({"begin_suppress_tokens": [93, 16, 40, 7]}, {"forced_bos_token_id": 93}),
        ({"forced_bos_token_id": 7}, {}),
        ({"forced_eos_token_id": [9, 8]}, {}),
        ({"min_new_tokens": 7}, ends),
        ({"min_length": 8}, ends),
        ({"min_new_tokens": 2}, {**ends, "min_length": 8}),
        ({"exponential_decay_length_penalty": [1, 1.5]}, {"eos_token_id": 12}),
        ({"sequence_bias": [[[93], -3.0], [[5], 0.5], [[5, 6], 9.0], [[93], -4.0], [[6, 5, 6], 8.0]]}, {}),
        ({"repetition_penalty": 3.0}, {}),
        ({"no_repeat_ngram_size": 1}, {}),
        ({"remove_invalid_values": True, "suppress_tokens": [93, 16]}, {}),
        ({"repetition_penalty": 0.5, "no_repeat_ngram_size": 2, "bad_words_ids": [[16]], "min_length": 4,
          "forced_eos_token_id": 93, "suppress_tokens": [40], "sequence_bias": [[[8], 1.5]]}, ends),
    ]


def beam_rules():
    ends = {**BEAMS, "eos_token_id": [149, 16, 124, 5], "num_return_sequences": 4, "max_new_tokens": 12}
    return [
        ({"renormalize_logits": True}, {**BEAMS, "suppress_tokens": [93, 5, 145, 149, 40], "num_return_sequences": 4}),
        ({"early_stopping": True}, ends),
        ({"early_stopping": "never"}, {**ends, "length_penalty": 3}),
        ({"length_penalty": -1.5}, {**ends, "length_penalty": 2}),
        ({"early_stopping": 1}, {**ends, "early_stopping": True}),
        ({"num_return_sequences": 3}, BEAMS),
    ]


def main():
    model = VisionEncoderDecoderModel.from_pretrained(CHECKPOINT).eval()
    pixels = load_file(os.path.join(CHECKPOINT, "inputs.safetensors"))["pixel_values"]
    cases = [(rule, {**others, **way}) for rule, others in rules() for way in ({}, BEAMS)] + beam_rules()
    recorded = []
    for rule, others in cases:
        settings = {**BASE, **others, **rule}
        with torch.no_grad():
            ids, without = generate(model, pixels, settings), generate(model, pixels, {**BASE, **others})
        if ids == without:
            raise SystemExit(f"{rule} changes nothing beside {others}")
        recorded.append({"settings": settings, "ids": ids})
    with open(os.path.join(HERE, "rules.json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in recorded) + "\n]\n")


if __name__ == "__main__":
    main()
