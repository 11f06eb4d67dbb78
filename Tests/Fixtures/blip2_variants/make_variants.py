"""Makes two small random BLIP-2s whose language models have OPT's rarer switches, and what transformers makes of them.

    python make_variants.py        (torch 2.15, transformers 5.24)

`narrow` is built as OPT-350M: token embeddings narrower than the layers, normalisation behind each part. `bare` has no
biases, layer normalisation without parameters, none at the end, GELU and an output layer of its own.
"""

import json
import os
import shutil

import torch
from transformers import Blip2Config, Blip2ForConditionalGeneration

HERE = os.path.dirname(os.path.abspath(__file__))
VARIANTS = {
    "narrow": {"word_embed_proj_dim": 12, "do_layer_norm_before": False},
    "bare": {
        "enable_bias": False,
        "layer_norm_elementwise_affine": False,
        "_remove_final_layer_norm": True,
        "activation_function": "gelu",
        "tie_word_embeddings": False,
    },
}
PROMPTS = [[2], [2, 7, 9, 11]]


def pixels(size):
    """A picture that any language can make: [1, 3, size, size]."""
    count = 3 * size * size
    return torch.tensor([(i * 7919 % 1000) / 500 - 1 for i in range(count)]).reshape(1, 3, size, size)


def make(name, text):
    torch.manual_seed(5)
    config = Blip2Config(
        vision_config={"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2,
                       "image_size": 8, "patch_size": 4},
        qformer_config={"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
                        "vocab_size": 8, "max_position_embeddings": 4},
        text_config={"model_type": "opt", "vocab_size": 40, "hidden_size": 24, "ffn_dim": 32, "num_hidden_layers": 2,
                     "num_attention_heads": 2, "max_position_embeddings": 32, "bos_token_id": 2, "eos_token_id": 5,
                     **text},
        num_query_tokens=3, image_token_index=39)
    model = Blip2ForConditionalGeneration(config).eval()
    with torch.no_grad():
        for key, tensor in model.named_parameters():  # the usual spread is so small that all logits would be alike
            tensor.copy_(torch.randn(tensor.shape) * 0.3 + ("norm" in key and key.endswith("weight")))
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    os.remove(os.path.join(folder, "generation_config.json"))
    results = []
    for prompt in PROMPTS:
        ids = torch.tensor([[39] * 3 + prompt])
        with torch.no_grad():
            logits = model(pixel_values=pixels(8), input_ids=ids).logits[0]
            greedy = model.generate(pixel_values=pixels(8), input_ids=ids, max_new_tokens=8, do_sample=False)
        results.append({"prompt": prompt, "logits": logits.reshape(-1).tolist(), "greedy": greedy[0].tolist()})
    with open(os.path.join(folder, "expected.json"), "w") as file:
        json.dump(results, file)


if __name__ == "__main__":
    for name, text in VARIANTS.items():
        make(name, text)
