"""Makes a small random SigLIP as published ones are stored, and records what transformers computes with it.

    python make_siglip.py                (torch 2.15, transformers 5.24, safetensors, sentencepiece 0.2, torchvision 0.29)
    python make_siglip.py check FOLDER   loads what another program has saved, and compares with the record

The settings are those of `google/siglip-base-patch16-224` in small; as in SigLIP 2's checkpoints of one size, the text
tower states its `projection_size`. The results are in double precision. The tokenizer is a SentencePiece
model of its own, learned from a few sentences; `answers.json` has what the published processor and the model make of
pictures and texts, and what they are. `configurations.json` has settings as files hold them, and what transformers makes of them: the first are those of `google/siglip-base-patch16-224` itself.
"""

import json
import os
import sys

os.environ.update(TRANSFORMERS_VERBOSITY="error", HF_HUB_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")
import torch
from safetensors.torch import load_file, save_file
from transformers import SiglipConfig, SiglipModel

HERE = os.path.dirname(os.path.abspath(__file__))
TEXTS = [  # filled up with the padding token 1, as the published processor does
    [7, 93, 12, 55, 1], [4, 1], [88, 88, 31, 5, 6, 70, 71, 72, 73, 74, 75, 9, 9, 2], [50, 49, 48, 1],
]
LENGTH = 14


def packed(tensor):
    tensor = tensor.detach().double()
    summary = {"shape": list(tensor.shape), "dtype": "float64", "sum": float(f"{tensor.sum():.12g}"),
               "l2": float(f"{tensor.norm():.12g}"), "absmax": float(f"{tensor.abs().max():.12g}")}
    values = [float(f"{x:.12g}") for x in tensor.reshape(-1).tolist()]
    if len(values) <= 200:
        return {**summary, "data": values}
    return {**summary, "first": values[:64]}


def model():
    torch.manual_seed(18)
    config = SiglipConfig(
        text_config={"vocab_size": 96, "hidden_size": 32, "intermediate_size": 56, "num_hidden_layers": 2,
                     "num_attention_heads": 2, "max_position_embeddings": LENGTH, "projection_size": 40},
        vision_config={"hidden_size": 40, "intermediate_size": 72, "num_hidden_layers": 2, "num_attention_heads": 4,
                       "image_size": 32, "patch_size": 8})
    model = SiglipModel(config).eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():  # wider than at the beginning, so that mistakes show
            spread = torch.randn(tensor.shape)
            if "norm" in name and name.endswith("weight"):
                tensor.copy_(1 + 0.3 * spread)
            elif tensor.dim() > 1 and "embed" not in name and "probe" not in name:
                tensor.copy_(1.2 * spread / tensor[0].numel() ** 0.5)
            else:
                tensor.copy_(0.4 * spread)
        model.logit_scale.fill_(2.1)
        model.logit_bias.fill_(-3.7)
    return model


def configurations():
    cases = [
        {"architectures": ["SiglipModel"], "initializer_factor": 1.0, "model_type": "siglip",
         "text_config": {"model_type": "siglip_text_model"}, "vision_config": {"model_type": "siglip_vision_model"}},
        {"model_type": "siglip"},
        {"model_type": "siglip", "text_config": {"hidden_size": 1152, "intermediate_size": 4304,
         "num_hidden_layers": 27, "num_attention_heads": 16}, "vision_config": {"hidden_size": 1152, "image_size": 384,
         "intermediate_size": 4304, "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14}},
        {"model_type": "siglip", "text_config": {"vocab_size": 256000, "projection_size": None, "eos_token_id": [1, 2]},
         "vision_config": None},
        {"model_type": "siglip", "text_config": {"hidden_size": 96, "projection_size": 768, "pad_token_id": None}},
    ]
    return [{"input": case, "output": json.loads(SiglipConfig.from_dict(json.loads(json.dumps(case)))
             .to_json_string(use_diff=False))} for case in cases]


def results(model, pixels):
    ids = torch.tensor([text + [1] * (LENGTH - len(text)) for text in TEXTS])
    shorter = ids[:, :5]
    mask = (torch.arange(LENGTH)[None] < torch.tensor([[len(text)] for text in TEXTS])).long()
    with torch.no_grad():
        out = model.double()(input_ids=ids, pixel_values=pixels.double())
        masked = model(input_ids=ids, attention_mask=mask, pixel_values=pixels.double())
        short = model(input_ids=shorter, pixel_values=pixels.double())
    whole = lambda tensor: {"shape": list(tensor.shape), "dtype": "int64", "data": tensor.reshape(-1).tolist()}
    return {
        "input_ids": whole(ids),
        "attention_mask": whole(mask),
        "pixel_values": {"file": "inputs.safetensors", "tensor": "pixel_values", "shape": list(pixels.shape)},
        "logits_per_image": packed(out.logits_per_image),
        "logits_per_text": packed(out.logits_per_text),
        "image_embeds": packed(out.image_embeds),
        "text_embeds": packed(out.text_embeds),
        "text_last_hidden": packed(out.text_model_output.last_hidden_state),
        "text_pooler": packed(out.text_model_output.pooler_output),
        "vision_last_hidden": packed(out.vision_model_output.last_hidden_state),
        "vision_pooler": packed(out.vision_model_output.pooler_output),
        "probs": packed(out.logits_per_image.sigmoid()),
        "masked_logits_per_image": packed(masked.logits_per_image),
        "short_logits_per_image": packed(short.logits_per_image),
    }


def tokenizer_and_processor():
    import io

    import sentencepiece

    sentences = ["a photo of a cat", "a photo of a dog", "two red circles on a table", "an empty street at night"] * 25
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=written, vocab_size=96, model_type="unigram", pad_id=0, eos_id=1,
        unk_id=2, bos_id=-1, hard_vocab_limit=False, character_coverage=1.0, minloglevel=2, num_threads=1,
        normalization_rule_name="identity")
    files = {
        "tokenizer_config.json": {"tokenizer_class": "SiglipTokenizer", "model_max_length": 64, "do_lower_case": True,
                                  "eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>",
                                  "model_input_names": ["input_ids"]},
        "preprocessor_config.json": {"do_normalize": True, "do_rescale": True, "do_resize": True, "resample": 3,
                                     "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
                                     "image_processor_type": "SiglipImageProcessor", "processor_class": "SiglipProcessor",
                                     "rescale_factor": 0.00392156862745098, "size": {"height": 32, "width": 32}}}
    with open(os.path.join(HERE, "spiece.model"), "wb") as file:
        file.write(written.getvalue())
    for name, content in files.items():
        with open(os.path.join(HERE, name), "w") as file:
            json.dump(content, file, indent=2)


def answers(model):
    from PIL import Image
    from transformers import SiglipImageProcessor, SiglipTokenizer

    texts = ["a photo of a Cat!", "two red circles", "an empty street at night, with a dog on a table and two cats", "..."]
    pictures = ["grad_50x37.png", "grad_300x200.png"]
    ids = SiglipTokenizer.from_pretrained(HERE)(
        texts, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt").input_ids
    processor = SiglipImageProcessor.from_pretrained(HERE)
    images = [Image.open(os.path.join(HERE, "../processors", name)) for name in pictures]
    pixels = processor(images=images, return_tensors="pt").pixel_values
    with torch.no_grad():
        logits = model.double()(input_ids=ids, pixel_values=pixels.double()).logits_per_image
    return {"texts": texts, "pictures": pictures, "ids": ids.tolist(), "logits_per_image": packed(logits),
            "probs": packed(logits.sigmoid())}


def compare(computed, recorded):
    worst = 0.0
    for name, value in recorded.items():
        for key in ("data", "first"):
            if key in value:
                assert computed[name]["shape"] == value["shape"], name
                difference = max(abs(a - b) for a, b in zip(computed[name][key], value[key]))
                worst = max(worst, difference)
                print(f"{name}: {difference:.1e}")
    return worst


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        with open(os.path.join(HERE, "expected.json")) as file:
            recorded = json.load(file)
        pixels = load_file(os.path.join(HERE, "inputs.safetensors"))["pixel_values"]
        loaded, info = SiglipModel.from_pretrained(sys.argv[2], output_loading_info=True)
        assert not info["missing_keys"] and not info["unexpected_keys"], info
        worst = compare(results(loaded.eval(), pixels), recorded)
        sys.exit(0 if worst <= 1e-5 else f"a difference of {worst}")
    made = model()
    made.save_pretrained(HERE)
    pixels = torch.randn(3, 3, 32, 32)
    save_file({"pixel_values": pixels}, os.path.join(HERE, "inputs.safetensors"))
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump(results(made, pixels), file)
    tokenizer_and_processor()
    with open(os.path.join(HERE, "answers.json"), "w") as file:
        json.dump(answers(made), file)
    with open(os.path.join(HERE, "configurations.json"), "w") as file:
        json.dump(configurations(), file)
