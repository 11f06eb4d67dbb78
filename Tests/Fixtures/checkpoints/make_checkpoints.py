"""Makes the small checkpoints beside this file, and what they hold, with PyTorch, safetensors and transformers.

    python make_checkpoints.py        (torch 2.15, safetensors 0.8, transformers 5.24)

The storages of the file in the old format are named by memory addresses, so that file differs from run to run.
"""

import json
import math
import os
import sys
import tempfile
from unittest import mock

import torch
from safetensors.torch import save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))


def path(*names):
    result = os.path.join(HERE, *names)
    os.makedirs(os.path.dirname(result), exist_ok=True)
    return result


def plain(value):
    """A number that JSON can hold; infinities and NaN as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def described(tensors):
    return {
        name: {
            "dtype": str(tensor.dtype).removeprefix("torch."),
            "shape": list(tensor.shape),
            "values": [plain(v) for v in tensor.detach().reshape(-1).tolist()],
        }
        for name, tensor in tensors.items()
    }


def all_types():
    """One tensor of each type with its extremes, and names and shapes that are unusual."""
    halves = [0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, -6.1e-5, math.inf, -math.inf, math.nan, 1 / 3, 0.1]
    brains = [0.0, -0.0, 1.0, -2.5, 3e38, 1e-40, -1.5e-38, math.inf, -math.inf, math.nan, 1 / 3, 0.1]
    return {
        "double": torch.tensor([[1 / 3, -1e300, 1e-300], [math.pi, 16777217.0, math.inf]], dtype=torch.float64),
        "single": torch.tensor([1 / 3, -3e38, 1e-45, math.nan], dtype=torch.float32),
        "half": torch.tensor(halves, dtype=torch.float16).reshape(3, 4),
        "brain": torch.tensor(brains, dtype=torch.bfloat16).reshape(2, 2, 3),
        "int64": torch.tensor([0, -1, 2**62, -(2**63), 2**24 + 1], dtype=torch.int64),
        "int32": torch.tensor([[2**31 - 1], [-(2**31)]], dtype=torch.int32),
        "int16": torch.tensor([32767, -32768, 7], dtype=torch.int16),
        "int8": torch.tensor([127, -128, 0, 5, -1], dtype=torch.int8),
        "uint8": torch.tensor([0, 255, 128], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True, True, False]),
        "scalar": torch.tensor(2.6592),
        "empty": torch.zeros(0, 3),
        'odd "name"\n\u00e9\u4e2d\\\x01': torch.ones(1, 1, 2),
    }


def views():
    """Tensors that share storages, with strides and offsets."""
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    half = torch.arange(30, dtype=torch.float16).reshape(2, 3, 5)
    return {
        "base": base,
        "transposed": base.t(),
        "column": base[:, 2],
        "block": base[1:3, 2:5],
        "every_other": base[::2, 1::2],
        "repeated": torch.tensor([[1.0], [2.0]]).expand(2, 3),
        "permuted": half.permute(2, 0, 1),
        "tail": half.reshape(-1)[25:],
        "integers": torch.arange(6).reshape(2, 3).t(),
        "bits": torch.tensor([[True, False], [True, True]]).t(),
        "nothing": base[4:, :],
    }


def main():
    torch.manual_seed(0)
    types, shared = all_types(), views()
    save_file(types, path("types.safetensors"), metadata={"format": "pt"})
    torch.save(types, path("types.bin"))
    torch.save({**types, **shared}, path("legacy.bin"), _use_new_zipfile_serialization=False)
    torch.save(shared, path("views.bin"), pickle_protocol=4)

    model = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2))
    torch.save(model.state_dict(), path("state_dict.bin"))
    nested = {
        "epoch": 3,
        "loss": 0.25,
        "name": "nested",
        "huge": 2**70,
        "model": {"weight": nn.Parameter(torch.tensor([1.0, 2.0])), "size": torch.Size([2]), "nothing": None},
        "history": [torch.tensor([3.0]), (torch.tensor([4.0]), -5)],
        7: torch.tensor([6.0]),
    }
    torch.save(nested, path("nested.bin"))
    with mock.patch.object(sys, "byteorder", "big"):
        torch.save({"a": torch.ones(2)}, path("big_endian.bin"))

    first = {"a.weight": torch.arange(6.0).reshape(2, 3), "b.bias": torch.tensor([1.5], dtype=torch.float16)}
    second = {"c.weight": torch.tensor([[7, 8]])}
    for kind, save in (("model", save_file), ("pytorch_model", torch.save)):
        suffix = "safetensors" if kind == "model" else "bin"
        names = [f"{kind}-0000{i}-of-00002.{suffix}" for i in (1, 2)]
        for tensors, name in zip((first, second), names):
            save(tensors, path("sharded", name))
        weight_map = {**{k: names[0] for k in first}, **{k: names[1] for k in second}}
        with open(path("sharded", f"{kind}.{suffix}.index.json"), "w") as file:
            json.dump({"metadata": {"total_size": 42}, "weight_map": weight_map}, file, indent=2, sort_keys=True)

    linear = {f"0.{k}": v for k, v in model[0].state_dict().items()}
    norm = {f"1.{k}": v for k, v in model[1].state_dict().items()}
    expected = {
        "types.safetensors": described(types),
        "types.bin": described(types),
        "views.bin": described(shared),
        "legacy.bin": described({**types, **shared}),
        "state_dict.bin": described({**linear, **norm}),
        "nested.bin": described(
            {
                "model.weight": torch.tensor([1.0, 2.0]),
                "history.0": torch.tensor([3.0]),
                "history.1.0": torch.tensor([4.0]),
                "7": torch.tensor([6.0]),
            }
        ),
        "sharded/model.safetensors.index.json": described({**first, **second}),
        "sharded/pytorch_model.bin.index.json": described({**first, **second}),
    }
    with open(path("expected.json"), "w") as file:
        json.dump(expected, file, indent=1, sort_keys=True)
    with open(path("configurations.json"), "w") as file:
        json.dump(configurations(), file, indent=1, sort_keys=True)


CAPTIONER = {
    "model_type": "vision-encoder-decoder",
    "encoder": {"model_type": "vit"},
    "decoder": {"model_type": "gpt2", "add_cross_attention": True},
}
GENERATION_CASES = [
    {**CAPTIONER, "num_beams": 3, "max_length": 7},
    {**CAPTIONER, "decoder": {**CAPTIONER["decoder"], "num_beams": 3, "max_length": 7, "length_penalty": 2.0}},
    {**CAPTIONER, "max_length": 20, "num_beams": 1, "decoder": {**CAPTIONER["decoder"], "num_beams": 3, "max_length": 9}},
    {**CAPTIONER, "bos_token_id": 4, "decoder": {**CAPTIONER["decoder"], "bos_token_id": 5, "eos_token_id": 6}},
    {**CAPTIONER, "eos_token_id": None, "decoder": {**CAPTIONER["decoder"], "eos_token_id": [6, 7]}},
    {"model_type": "gpt2", "early_stopping": True, "no_repeat_ngram_size": 2, "num_beams": 2},
]


def configurations():
    """Settings as files hold them, and what transformers makes of them."""
    from transformers import AutoConfig, GenerationConfig
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    text = {"hidden_size": 32, "num_attention_heads": 2, "eos_token_id": 7}
    cases = [
        {"model_type": "clip"},
        {"model_type": "clip", "text_config": None, "vision_config": {"image_size": [32, 48], "patch_size": 8}},
        {"model_type": "clip", "text_config": text, "projection_dim": 64, "logit_scale_init_value": 1},
        {"model_type": "clip", "text_config": {"vocab_size": 5, "eos_token_id": 2}, "text_config_dict": text},
        {"model_type": "vit", "hidden_size": 24, "num_attention_heads": 3, "num_labels": 3},
        {"model_type": "vit", "id2label": {"1": "dog", "0": "cat", "2": "cow"}},
        {"model_type": "vit", "id2label": {"0": "cat", "1": "dog"}, "num_labels": 4},
        {"model_type": "gpt2"},
        {"model_type": "gpt2", "hidden_size": 48, "num_hidden_layers": 3, "eos_token_id": [3, 4], "n_inner": None},
        {"model_type": "opt"},
        {"model_type": "opt", "hidden_size": 60, "pad_token_id": None, "eos_token_id": 50118},
        {"model_type": "vilt", "layer_norm_eps": 1.0e-5, "hidden_act": "relu", "num_labels": 1},
        {"model_type": "blip-2"},
        {"model_type": "blip-2", "image_token_id": 9, "vision_config": {"hidden_size": 64}, "text_config": text},
        {
            "model_type": "vision-encoder-decoder",
            "encoder": {"model_type": "vit", "hidden_size": 36},
            "decoder": {"model_type": "gpt2", "n_embd": 24, "add_cross_attention": True},
            "decoder_start_token_id": 5,
            "eos_token_id": 6,
            "pad_token_id": 7,
        },
    ]
    results = []
    for case in cases:
        config = CONFIG_MAPPING[case["model_type"]].from_dict(json.loads(json.dumps(case)))
        full = json.loads(config.to_json_string(use_diff=False))
        labels = {str(k): v for k, v in config.id2label.items()}
        results.append({"input": case, "output": full, "labels": [labels[str(i)] for i in range(len(labels))]})
    generation = []
    keys = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")
    for case in cases + GENERATION_CASES:
        if case["model_type"] in ("vision-encoder-decoder", "blip-2", "gpt2", "opt"):
            with tempfile.TemporaryDirectory() as directory:
                with open(os.path.join(directory, "config.json"), "w") as file:
                    json.dump(case, file)
                # What a model's from_pretrained calls where there is no generation_config.json.
                made = GenerationConfig.from_pretrained(
                    directory, config_file_name="config.json", _from_model_config=True)
            output = {key: getattr(made, key) for key in keys}
            for key in ("max_length", "num_beams", "length_penalty", "early_stopping", "no_repeat_ngram_size"):
                if getattr(made, key) is not None:
                    output[key] = getattr(made, key)
            generation.append({"input": case, "output": output})
    defaults = {k: v for k, v in GenerationConfig._get_default_generation_params().items()}
    return {"models": results, "generation": generation, "generation_defaults": defaults}


if __name__ == "__main__":
    main()
