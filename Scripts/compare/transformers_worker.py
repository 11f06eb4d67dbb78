"""A published model at work in transformers: the other side of `bench pretrained`, with the same flags and orders."""

import argparse
import json
import resource
import sys
import time


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--image", required=True)
    parser.add_argument("--text", action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--logits", action="store_true")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--dtype", default="float32", help="PyTorch's name of the type to compute with")
    parser.add_argument("--weights", help="read the weights from this directory, and only the rest from the other")
    return parser.parse_args()


options = arguments()

import torch  # noqa: E402  (importing is a part of starting up)
from PIL import Image  # noqa: E402

torch.set_num_threads(options.threads)
with open(options.directory + "/config.json") as file:
    kind = json.load(file)["model_type"]


# Saved by transformers, used by nobody: this project neither reads nor writes them.
UNUSED = ("encoder.pooler.",)


def load(model_class):
    """The model, with every weight from the file and no weight left over."""
    model, info = model_class.from_pretrained(
        options.weights or options.directory, output_loading_info=True, dtype=getattr(torch, options.dtype))
    for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        names = [name for name in info[key] if not str(name).startswith(UNUSED)]
        if names:
            sys.exit(f"error: {options.directory}: {key}: {sorted(names)[:3]}")
    return model.eval()


def zero_shot():
    from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel

    model = load(CLIPModel)
    tokenizer = AutoTokenizer.from_pretrained(options.directory)
    processor = CLIPImageProcessor.from_pretrained(options.directory)

    def prepare():
        text = tokenizer(options.text, padding=True, truncation=True, return_tensors="pt")
        pixels = processor(images=image, return_tensors="pt").pixel_values
        return dict(input_ids=text.input_ids, attention_mask=text.attention_mask, pixel_values=pixels)

    def whole():
        scores = model(**prepare()).logits_per_image.softmax(-1)
        return dict(scores=scores.flatten().tolist(), answers=[options.text[i] for i in scores.argmax(-1)])

    prepared = prepare()
    return (lambda: model(**prepared), whole, lambda: model(**prepared).logits_per_image)


def captioning():
    from transformers import AutoTokenizer, VisionEncoderDecoderModel, ViTImageProcessor

    model = load(VisionEncoderDecoderModel)
    tokenizer = AutoTokenizer.from_pretrained(options.directory)
    processor = ViTImageProcessor.from_pretrained(options.directory)
    settings = dict(
        max_length=16, num_beams=4, do_sample=False, return_dict_in_generate=True, output_scores=True,
        decoder_start_token_id=model.config.decoder_start_token_id, eos_token_id=model.config.eos_token_id,
        pad_token_id=model.config.pad_token_id,
    )

    def whole():
        result = model.generate(processor(images=image, return_tensors="pt").pixel_values, **settings)
        return dict(
            ids=result.sequences[0].tolist(), scores=result.sequences_scores.tolist(),
            answers=tokenizer.batch_decode(result.sequences, skip_special_tokens=True),
        )

    def logits():
        start = torch.tensor([[model.config.decoder_start_token_id]])
        return model(pixel_values=prepared, decoder_input_ids=start).logits

    prepared = processor(images=image, return_tensors="pt").pixel_values
    return (lambda: model.generate(prepared, **settings), whole, logits)


def answering():
    from transformers import AutoTokenizer, ViltForQuestionAnswering, ViltImageProcessor

    model = load(ViltForQuestionAnswering)
    tokenizer = AutoTokenizer.from_pretrained(options.directory)
    processor = ViltImageProcessor.from_pretrained(options.directory)

    def prepare():
        pictures = processor(images=[image] * len(options.text), return_tensors="pt")
        return dict(tokenizer(options.text, padding=True, truncation=True, return_tensors="pt"), **pictures)

    def whole():
        logits = model(**prepare()).logits
        return dict(answers=[model.config.id2label[i.item()] for i in logits.argmax(-1)])

    prepared = prepare()
    return (lambda: model(**prepared), whole, lambda: model(**prepared).logits)


def prompting():
    from transformers import AutoTokenizer, Blip2ForConditionalGeneration, BlipImageProcessor

    model = load(Blip2ForConditionalGeneration)
    tokenizer = AutoTokenizer.from_pretrained(options.directory)
    processor = BlipImageProcessor.from_pretrained(options.directory)
    placeholders = [model.config.image_token_index] * model.config.num_query_tokens

    def prepare():
        ids = torch.tensor([placeholders + tokenizer(text).input_ids for text in options.text])
        pixels = processor(images=[image] * len(options.text), return_tensors="pt").pixel_values.to(model.dtype)
        return dict(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids))

    settings = dict(max_new_tokens=10, do_sample=False)

    def whole():
        inputs = prepare()
        ids = model.generate(**inputs, **settings)
        new = ids[:, inputs["input_ids"].shape[1]:]
        return dict(ids=ids[0].tolist(), answers=tokenizer.batch_decode(new, skip_special_tokens=True))

    def first():
        model.generate(**prepared, max_new_tokens=1, do_sample=False)

    prepared = prepare()
    return (lambda: model.generate(**prepared, **settings), whole, lambda: model(**prepared).logits[:, -1], first)


def peak_bytes():
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


with torch.inference_mode():
    image = Image.open(options.image).convert("RGB")
    tasks = {"clip": zero_shot, "vision-encoder-decoder": captioning, "vilt": answering, "blip-2": prompting}
    model, whole, logits, *first = tasks[kind]()
    if options.serve:
        print("ready", flush=True)
        for line in sys.stdin:
            order, *count = line.split()
            if order == "memory":
                print(peak_bytes(), flush=True)
                continue
            work = {"model": model, "whole": whole, "first": (*first, model)[0]}[order]
            start = time.perf_counter()
            for _ in range(int(count[0])):
                work()
            print(time.perf_counter() - start, flush=True)
    else:
        result = whole()
        if options.logits:
            result["logits"] = logits().flatten().tolist()
        result["peakBytes"] = peak_bytes()
        print(json.dumps(result))
