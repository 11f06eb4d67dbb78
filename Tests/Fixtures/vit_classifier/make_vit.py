"""Makes small random checkpoints of a ViT classifier and of two TrOCRs, and records what transformers computes with them.

    python make_vit.py            # needs torch, torchvision and transformers 5.24; writes the three folders
    python make_vit.py check DIR FIXTURE   # compares the checkpoint in DIR, which this project wrote, with a fixture's record

`vit_classifier` has the form of google/vit-base-patch16-224, `../trocr_base` that of microsoft/trocr-base-printed (learned
positions, normalized embeddings, tied output layer, cross-attention to the encoder's own width), `../trocr_stage1` that of
microsoft/trocr-base-stage1 and trocr-large-printed (computed positions, scaled embeddings, ReLU, an output layer of its
own), with a projection from the encoder's width to the decoder's. Weights are wider than a new model's, so that mistakes
show. `expected.json` is what `course verify` compares; `answers.json` begins with PNG files.
"""

import json
import math
import os
import sys

os.environ.update(TRANSFORMERS_VERBOSITY="error", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import (
    AutoTokenizer, TrOCRConfig, TrOCRForCausalLM, VisionEncoderDecoderConfig, VisionEncoderDecoderModel, ViTConfig,
    ViTForImageClassification, ViTImageProcessor, ViTModel)

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.dirname(HERE)
PHOTOS = os.path.join(FIXTURES, "..", "..", "Sources", "Datasets", "Resources")
IMAGES = [
    os.path.join(PHOTOS, "chelsea.png"), os.path.join(PHOTOS, "coffee.png"),
    os.path.join(FIXTURES, "processors", "grad_50x37.png")]
LABELS = ["tench, Tinca tinca", "goldfish", "great white shark", "cock", "hen", "ostrich", "tabby, tabby cat", "cup",
          "espresso", "velvet"]
PROCESSOR = dict(
    do_normalize=True, do_rescale=True, do_resize=True, image_mean=[0.5] * 3, image_std=[0.5] * 3, resample=2,
    rescale_factor=1 / 255, size=dict(height=32, width=32))


def write(folder, name, content):
    with open(os.path.join(FIXTURES, folder, name), "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def record(tensor):
    tensor = tensor.detach()
    flat = tensor.double().flatten()
    summary = dict(
        shape=list(tensor.shape), sum=rounded([flat.sum()])[0], l2=rounded([flat.norm()])[0],
        absmax=rounded([flat.abs().max()])[0])
    return summary | {("data" if flat.numel() <= 400 else "first"): rounded(flat[:400].tolist())}


def spread(model, seed, std=0.25):
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn_like(parameter)
            parameter.copy_(noise * std) if parameter.dim() > 1 else parameter.add_(noise * 0.1)
    return model.eval()


def encoder_settings(**others):
    return ViTConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, image_size=32, patch_size=8,
        **others)


def save(model, folder):
    path = os.path.join(FIXTURES, folder)
    model.save_pretrained(path)
    return path


def pixels(folder, seed, count=3):
    torch.manual_seed(seed)
    values = torch.randn(count, 3, 32, 32)
    save_file({"pixel_values": values}, os.path.join(FIXTURES, folder, "inputs.safetensors"))
    reference = dict(file="inputs.safetensors", tensor="pixel_values", shape=list(values.shape))
    return values, dict(pixel_values=reference)


def classifier_record(model, values):
    """In single precision and, of the logits, in double."""
    settings = model.config
    out = model(values, output_attentions=True)
    states = model.vit(values).last_hidden_state
    identity = torch.eye(states.shape[1])
    rollout = None
    for weights in out.attentions:
        layer = (weights.mean(dim=1) + identity) / 2
        rollout = layer if rollout is None else layer @ rollout
    result = dict(
        last_hidden=record(states), logits=record(out.logits),
        answers=[settings.id2label[int(i)] for i in out.logits.argmax(-1)],
        attention={str(i): record(weights) for i, weights in enumerate(out.attentions)}, rollout=record(rollout[:, 0]))
    result["logits_fp64"] = record(model.double()(values.double()).logits)
    model.float()
    return result


def classifier():
    settings = encoder_settings(
        num_labels=len(LABELS), id2label=dict(enumerate(LABELS)), label2id={n: i for i, n in enumerate(LABELS)})
    settings._attn_implementation = "eager"
    folder = "vit_classifier"
    model = spread(ViTForImageClassification(settings), 11)
    path = save(model, folder)
    write(folder, "preprocessor_config.json", dict(PROCESSOR, image_processor_type="ViTImageProcessor"))
    values, expected = pixels(folder, 12)
    write(folder, "expected.json", expected | classifier_record(model, values))
    processor = ViTImageProcessor.from_pretrained(path)
    logits = model(processor([Image.open(p).convert("RGB") for p in IMAGES], return_tensors="pt").pixel_values).logits
    write(folder, "answers.json", dict(
        logits=[rounded(row) for row in logits.tolist()], probabilities=[rounded(r) for r in logits.softmax(-1).tolist()],
        labels=[[LABELS[i] for i in row.topk(5).indices] for row in logits]))


def roberta_tokenizer(folder, size):
    """A byte-level vocabulary as RoBERTa's: special tokens first, <mask> last."""
    letters = list("ĠabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:!?'-/")
    merges, pieces = [], []
    for word in ["Ġthe", "Ġtotal", "in", "er", "Ġ12", "an", "TOTAL"]:
        whole = word[0]
        for letter in word[1:]:
            if whole + letter not in pieces:
                merges.append((whole, letter))
                pieces.append(whole + letter)
            whole += letter
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *letters, *pieces]
    tokens += [f"unused{i}" for i in range(size - len(tokens) - 1)] + ["<mask>"]
    assert len(tokens) == size
    write(folder, "vocab.json", {token: i for i, token in enumerate(tokens)})
    write(folder, "merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    write(folder, "tokenizer_config.json", dict(tokenizer_class="RobertaTokenizer", model_max_length=512))


SEARCHES = [{}, dict(early_stopping=True), dict(length_penalty=2.0), dict(length_penalty=0.0, early_stopping="never")]


def reader_record(model, values, ids):
    out = model(pixel_values=values, decoder_input_ids=ids, output_attentions=True)
    result = dict(encoder_last_hidden=record(out.encoder_last_hidden_state), logits=record(out.logits))
    settings = dict(max_length=16, return_dict_in_generate=True, output_scores=True)
    greedy = model.generate(values, num_beams=1, **settings)
    result["greedy"] = dict(ids=greedy.sequences.tolist(), step0_scores=record(greedy.scores[0][0]))
    for arguments in SEARCHES:
        beams = model.generate(values, num_beams=4, num_return_sequences=4, **arguments, **settings)
        result[f"beam4_{json.dumps(arguments)}"] = dict(
            args=arguments, ids=beams.sequences.tolist(), sequences_scores=rounded(beams.sequences_scores.tolist()),
            beam_indices=beams.beam_indices.tolist())
    result["logits_fp64"] = record(model.double()(pixel_values=values.double(), decoder_input_ids=ids).logits)
    model.float()
    return result


def load_reader(path):
    """transformers 5.24 leaves computed positions without numbers when it reads a checkpoint; here they get them."""
    model = VisionEncoderDecoderModel.from_pretrained(path).eval()
    positions, settings = model.decoder.model.decoder.embed_positions, model.config.decoder
    if not settings.use_learned_position_embeddings:
        padding = settings.pad_token_id
        positions.weights = positions.get_embedding(
            settings.max_position_embeddings + padding + 1, settings.d_model, padding)
    return model


def reader(folder, seed, encoder, decoder):
    settings = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    settings.decoder_start_token_id, settings.pad_token_id, settings.eos_token_id = 2, 1, 2
    model = VisionEncoderDecoderModel(
        config=settings, encoder=ViTModel(encoder, add_pooling_layer=False), decoder=TrOCRForCausalLM(decoder))
    model = spread(model, seed)
    model.generation_config.update(bos_token_id=0, decoder_start_token_id=2, eos_token_id=2, pad_token_id=1)
    values, expected = pixels(folder, seed + 1)
    # Random models repeat themselves and never end; a second end token is one that is written.
    written = model.generate(values, max_length=16, num_beams=1)[0].tolist()
    ends = [2, next(token for token in written[5:] if token not in written[1:4])]
    settings.eos_token_id = model.config.eos_token_id = ends
    model.generation_config.update(eos_token_id=ends)
    path = save(model, folder)
    write(folder, "preprocessor_config.json", dict(PROCESSOR, feature_extractor_type="ViTFeatureExtractor", size=32))
    roberta_tokenizer(folder, decoder.vocab_size)
    model = load_reader(path)
    ids = torch.tensor([[2, 5, 17, 42, 9, 60], [2, 8, 8, 5, 0, 1], [2, 99, 3, 70, 71, 2]])
    expected["decoder_input_ids"] = dict(shape=list(ids.shape), data=ids.flatten().tolist())
    write(folder, "expected.json", expected | reader_record(model, values, ids))
    processor, tokenizer = ViTImageProcessor.from_pretrained(path), AutoTokenizer.from_pretrained(path)
    values = processor([Image.open(p).convert("RGB") for p in IMAGES], return_tensors="pt").pixel_values
    answers = {}
    for beams in (1, 4):
        out = model.generate(values, max_length=14, num_beams=beams, return_dict_in_generate=True, output_scores=True)
        answers[f"beams{beams}"] = dict(
            ids=out.sequences.tolist(), captions=tokenizer.batch_decode(out.sequences, skip_special_tokens=True),
            scores=rounded(out.sequences_scores.tolist()) if beams > 1 else None)
    write(folder, "answers.json", answers)


def readers():
    sizes = dict(vocab_size=120, d_model=32, decoder_layers=2, decoder_attention_heads=4, decoder_ffn_dim=64)
    reader("trocr_base", 22, encoder_settings(qkv_bias=False), TrOCRConfig(
        **sizes, max_position_embeddings=24, cross_attention_hidden_size=24))
    reader("trocr_stage1", 34, encoder_settings(qkv_bias=False), TrOCRConfig(
        **sizes, max_position_embeddings=40, activation_function="relu", scale_embedding=True,
        use_learned_position_embeddings=False, layernorm_embedding=False, tie_word_embeddings=False))


def largest_difference(ours, theirs):
    """Between two records, infinite where they differ in words or whole numbers."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return max((largest_difference(ours.get(key), value) for key, value in theirs.items()), default=0)
    if isinstance(theirs, list) and isinstance(ours, list) and len(ours) == len(theirs):
        return max((largest_difference(a, b) for a, b in zip(ours, theirs)), default=0)
    if isinstance(theirs, float) and isinstance(ours, float):
        return abs(ours - theirs) / max(1, abs(theirs))
    return 0 if ours == theirs else math.inf


def check(path, fixture):
    expected = json.load(open(os.path.join(FIXTURES, fixture, "expected.json")))
    values = load_file(os.path.join(FIXTURES, fixture, "inputs.safetensors"))["pixel_values"]
    if fixture == "vit_classifier":
        model = ViTForImageClassification.from_pretrained(path, attn_implementation="eager").eval()
        computed = classifier_record(model, values)
    else:
        model = load_reader(path)
        ids = expected["decoder_input_ids"]
        model.generation_config.update(
            bos_token_id=0, decoder_start_token_id=2, eos_token_id=model.config.eos_token_id, pad_token_id=1)
        computed = reader_record(model, values, torch.tensor(ids["data"]).reshape(ids["shape"]))
    difference = largest_difference(computed, {k: v for k, v in expected.items() if k in computed})
    print(f"{fixture}: largest difference {difference:.1e}")
    sys.exit(0 if difference <= 1e-4 else 1)


if __name__ == "__main__":
    with torch.no_grad():
        if sys.argv[1:2] == ["check"]:
            check(*sys.argv[2:4])
        classifier()
        readers()
