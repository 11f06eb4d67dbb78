"""Makes two small random BLIPs as `Salesforce/blip-image-captioning-base` and `Salesforce/blip-vqa-base` are stored, and
records what transformers computes with them.

    python make_blip.py            # needs torch, torchvision and transformers 5.24
    python make_blip.py check DIR  # holds what this project wrote into DIR/caption and DIR/vqa to the same results

Both have BERT's tokenizer. As with the published captioner, that of `caption` (`vocab.txt`) does not know the last two
tokens of the model's vocabulary, [DEC] and [ENC]; that of `vqa` (`tokenizer.json`) has them added.

`expected.json` holds results of given pixels and tokens, `expected_answers.json` those of pictures and texts. Every text is
written alone: of several prompts or questions side by side transformers lets the padding count, too, because its layers never get
the mask for what they attend to (`BlipTextAttention.forward` does not pass it on).
"""

import json
import os
import shutil
import sys
import tempfile
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", HF_HUB_DISABLE_PROGRESS_BARS="1", TQDM_DISABLE="1")
warnings.simplefilter("ignore")
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import (
    BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipForQuestionAnswering, BlipImageProcessor, BlipProcessor)

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.dirname(HERE)
PHOTOS = os.path.join(FIXTURES, "..", "..", "Sources", "Datasets", "Resources")
IMAGES = [
    os.path.join(PHOTOS, "chelsea.png"), os.path.join(PHOTOS, "coffee.png"),
    os.path.join(FIXTURES, "processors", "grad_50x37.png")]
PROMPT = "a photo of"
QUESTIONS = ["What animal is in the image?", "Is it red?", "what color is the animal, sitting or standing"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = ["photo", "dog", "cat", "bird", "the", "red", "what", "is", "in", "animal", "color", "image", "sitting", "or",
         "standing", "it", "of", "?", ","]
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *LETTERS, *("##" + c for c in LETTERS)]
PAD, SEP, DEC = 0, 3, len(PIECES)
CLASSES = {"caption": BlipForConditionalGeneration, "vqa": BlipForQuestionAnswering}
SEEDS = {"caption": 4, "vqa": 7}
# Beside these, the settings are those of the published files: `max_length` counts for nothing in transformers 5.
TEXT = dict(
    vocab_size=DEC + 2, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=24, bos_token_id=DEC, eos_token_id=2, sep_token_id=SEP, pad_token_id=PAD)
VISION = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=8)
SEARCHES = {
    "beam3": dict(num_beams=3, num_return_sequences=3),
    "beam4_length": dict(num_beams=4, num_return_sequences=2, length_penalty=2.0),
    "beam3_early": dict(num_beams=3, num_return_sequences=3, early_stopping=True)}
LONGEST = 16


def spread(model):
    """Weights as wide as in trained models, so that mistakes show; texts end now and then."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1:
                parameter.copy_(torch.randn_like(parameter) * 0.25)
            else:
                parameter.copy_(torch.randn_like(parameter) * 0.1 + ("norm" in name.lower() and name.endswith("weight")))
            if name.endswith("predictions.bias"):
                parameter[SEP] += 0.6
    return model


def make(name):
    torch.manual_seed(SEEDS[name])
    # Only where the decoder reads the image may the two widths differ.
    vision = dict(VISION, hidden_size=40) if name == "caption" else VISION
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    model = spread(CLASSES[name](BlipConfig(text_config=TEXT, vision_config=vision))).eval()
    model.save_pretrained(folder)
    with open(os.path.join(folder, "config.json")) as file:
        settings = json.load(file)
    settings["text_config"].update(max_length=20, num_beams=1, min_length=0)  # as published files have them
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(settings, file, indent=1)
        file.write("\n")
    os.remove(os.path.join(folder, "generation_config.json"))
    if name == "caption":
        # With the buffers and the second names that older versions saved.
        state = dict(model.state_dict())
        state["text_decoder.bert.embeddings.position_ids"] = torch.arange(24)[None]
        torch.save(state, os.path.join(folder, "pytorch_model.bin"))
    with tempfile.TemporaryDirectory() as temporary:
        path = os.path.join(temporary, "vocab.txt")
        with open(path, "w") as file:
            file.write("".join(piece + "\n" for piece in PIECES))
        tokenizer = BertTokenizer(vocab=path, do_lower_case=True, model_max_length=24)
        if name == "vqa":
            tokenizer.add_special_tokens({"extra_special_tokens": ["[DEC]", "[ENC]"]})
        tokenizer.save_pretrained(folder)
        if name == "caption":
            os.remove(os.path.join(folder, "tokenizer.json"))
            shutil.copy(path, folder)
    processor = BlipImageProcessor(size=dict(height=32, width=32))
    processor.save_pretrained(folder)
    pixels = torch.randn(2, 3, 32, 32)
    save_file({"pixel_values": pixels}, os.path.join(folder, "inputs.safetensors"))
    return folder


def tensor(value):
    return dict(shape=list(value.shape), data=value.flatten().tolist())


def question_states(model, inputs):
    image = model.vision_model(pixel_values=inputs["pixel_values"]).last_hidden_state
    return image, model.text_encoder(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], encoder_hidden_states=image,
        encoder_attention_mask=torch.ones(image.shape[:-1], dtype=torch.long)).last_hidden_state


def logits(name, model, inputs):
    """Of all next tokens, by teacher forcing; with what the decoder attends to."""
    if name == "caption":
        out = model(pixel_values=inputs["pixel_values"], input_ids=inputs["decoder_input_ids"])
        return dict(vision_last_hidden=out.last_hidden_state, logits=out.logits)
    image, question = question_states(model, inputs)
    rows = [
        model.text_decoder(
            input_ids=inputs["decoder_input_ids"][row : row + 1], encoder_hidden_states=question[row : row + 1, :length]).logits
        for row, length in enumerate(inputs["attention_mask"].sum(1).tolist())]
    return dict(vision_last_hidden=image, question_last_hidden=question, logits=torch.cat(rows))


def filled(rows):
    longest = max(map(len, rows))
    return [row + [PAD] * (longest - len(row)) for row in rows]


def generate(model, inputs, row, **settings):
    """Rows about one picture, and their scores."""
    prompt = {}
    if "input_ids" in inputs:
        ids = [id for id, kept in zip(inputs["input_ids"][row].tolist(), inputs["attention_mask"][row].tolist()) if kept]
        prompt = dict(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long))
    result = model.generate(
        pixel_values=inputs["pixel_values"][row : row + 1], **prompt, return_dict_in_generate=True, output_scores=True,
        **settings)
    rows = [[id for i, id in enumerate(ids) if SEP not in ids[:i]] for ids in result.sequences.tolist()]
    if "sequences_scores" in result:
        return rows, result.sequences_scores.tolist()
    return rows, scores(model.text_decoder, result, rows)


def scores(decoder, result, rows):
    """The mean of a row's log-probabilities: what beam search would score it."""
    steps = [step.log_softmax(-1) for step in result.scores]
    new = [row[result.sequences.shape[1] - len(steps):] for row in rows]
    return [sum(steps[i][r, id].item() for i, id in enumerate(ids)) / len(ids) for r, ids in enumerate(new)]


def searches(model, inputs, prefix=""):
    results = {}
    for key, settings in {"greedy": {}, **SEARCHES}.items():
        key = prefix + key
        both = [generate(model, inputs, row, max_length=LONGEST, **settings) for row in range(2)]
        results[key] = dict(ids=filled([row for rows, _ in both for row in rows]))
        if settings:
            results[key]["args"] = {k: v for k, v in settings.items() if k in ("length_penalty", "early_stopping")}
            results[key]["sequences_scores"] = [score for _, scores in both for score in scores]
    return results


def inputs_of(name, folder):
    pixels = load_file(os.path.join(folder, "inputs.safetensors"))["pixel_values"]
    inputs = dict(pixel_values=pixels, decoder_input_ids=torch.tensor([[DEC, 5, 31, 24, 9, 3], [DEC, 7, 7, 12, 60, 40]]))
    if name == "vqa":
        inputs["input_ids"] = torch.tensor([[2, 11, 14, 12, 13, 9, 15, 3], [2, 12, 20, 10, 3, 0, 0, 0]])
        inputs["attention_mask"] = (inputs["input_ids"] != PAD).long()
    return inputs


def compute(name, folder):
    model, inputs = CLASSES[name].from_pretrained(folder).eval(), inputs_of(name, folder)
    expected = {key: tensor(value) for key, value in inputs.items() if key != "pixel_values"}
    expected["pixel_values"] = dict(file="inputs.safetensors", tensor="pixel_values")
    with torch.no_grad():
        expected.update(searches(model, inputs))
        if name == "caption":
            ids = torch.tensor([[2, 24, 5, 21, 3], [2, 7, 7, 60, 3]])
            expected["input_ids"] = tensor(ids)
            expected.update(
                searches(model, dict(inputs, input_ids=ids, attention_mask=torch.ones_like(ids)), "prompted_"))
        model, inputs["pixel_values"] = model.double(), inputs["pixel_values"].double()
        expected.update({key + "_fp64": tensor(value) for key, value in logits(name, model, inputs).items()})
    return expected


def answers(name, folder):
    """From picture and words to words, with `generate`'s own settings and with others."""
    model, processor = CLASSES[name].from_pretrained(folder).eval(), BlipProcessor.from_pretrained(folder)
    images = [Image.open(path).convert("RGB") for path in IMAGES]
    result = dict(prompt=PROMPT, questions=QUESTIONS)
    cases = {"default": {}, "beams3": dict(num_beams=3, max_length=10)}
    texts = [[PROMPT]] * 3 if name == "caption" else [QUESTIONS] * 3
    with torch.no_grad():
        for key, settings in cases.items():
            for prefix, asked in [("", [[None]] * 3), ("prompted_", texts)] if name == "caption" else [("", texts)]:
                rows, all_scores = [], []
                for image, several in zip(images, asked):
                    for text in several:
                        inputs = processor(images=image, text=text, return_tensors="pt")
                        inputs = {k: v for k, v in inputs.items() if k != "token_type_ids"}
                        ids, scores = generate(model, inputs, 0, **settings)
                        rows += ids
                        all_scores += scores
                result[prefix + key] = dict(
                    ids=filled(rows), text=processor.batch_decode(rows, skip_special_tokens=True), scores=all_scores)
    return result


def write(folder, file, content):
    with open(os.path.join(folder, file), "w") as output:
        json.dump(content, output, indent=None)
        output.write("\n")


def check(name, folder):
    """What another program wrote, read by transformers, has the recorded results."""
    with open(os.path.join(HERE, name, "expected.json")) as file:
        expected = json.load(file)
    model, info = CLASSES[name].from_pretrained(folder, output_loading_info=True)
    inputs = inputs_of(name, os.path.join(HERE, name))
    with torch.no_grad():
        computed = logits(name, model.eval(), inputs)
        found = searches(model, inputs)
    worst = max((computed[key].flatten() - torch.tensor(expected[key + "_fp64"]["data"])).abs().max().item() for key in computed)
    same = all(found[key]["ids"] == expected[key]["ids"] for key in found)
    missing = info["missing_keys"] or info["unexpected_keys"]
    print(f"{name}: largest difference {worst:.1e}, ids {'equal' if same else 'DIFFERENT'}, names {missing or 'all known'}")
    return worst <= 1e-4 and same and not missing


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        results = [check(name, os.path.join(sys.argv[2], name)) for name in CLASSES]
        sys.exit(0 if all(results) else 1)
    for name in CLASSES:
        folder = make(name)
        write(folder, "expected.json", compute(name, folder))
        write(folder, "expected_answers.json", answers(name, folder))
