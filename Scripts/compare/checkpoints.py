"""Random checkpoints of published models' real sizes, with tokenizers and preprocessors of real sizes.

Nothing is downloaded: configurations stand here, weights are drawn, vocabularies are made up of real byte and word
symbols. Usage: checkpoints.py FOLDER NAME …
"""

import json
import os
import random
import sys

CLIP_STATISTICS = dict(
    image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711], resample=3)
HALF_STATISTICS = dict(image_mean=[0.5] * 3, image_std=[0.5] * 3)
STEPS = dict(do_resize=True, do_rescale=True, do_normalize=True, rescale_factor=1 / 255)
SIZES = {"clip": "openai/clip-vit-base-patch32", "vit-gpt2": "nlpconnect/vit-gpt2-image-captioning",
         "vilt": "dandelin/vilt-b32-finetuned-vqa", "blip-2": "Salesforce/blip2-opt-2.7b, 2 layers of each part",
         "blip2-full": "Salesforce/blip2-opt-2.7b in float16, 7.5 GB"}


def byte_symbols():
    """GPT-2's printable stand-ins for the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(others))]


def merged(symbols, count, joins):
    """As many pairs of symbols, each a new symbol, as a vocabulary learned from text has."""
    generator = random.Random(0)
    known, pool, merges = set(symbols), list(symbols), []
    while len(merges) < count:
        left, right = generator.choice(pool), generator.choice(pool)
        if joins(left, right) and left + right not in known and len(left + right) <= 12:
            known.add(left + right)
            pool.append(left + right)
            merges.append((left, right))
    return merges


def write(folder, name, content):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1))


def write_bpe(folder, tokens, merges):
    write(folder, "vocab.json", {token: index for index, token in enumerate(tokens)})
    write(folder, "merges.txt", "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))


def clip_tokenizer(folder):
    symbols = byte_symbols()
    words = symbols + [s + "</w>" for s in symbols]
    merges = merged(words, 49408 - len(words) - 2, lambda a, b: not a.endswith("</w>"))
    write_bpe(folder, words + [a + b for a, b in merges] + ["<|startoftext|>", "<|endoftext|>"], merges)
    write(folder, "tokenizer_config.json", dict(tokenizer_class="CLIPTokenizer", model_max_length=77))


def gpt2_tokenizer(folder, special=(), ending=("<|endoftext|>",), size=50257, settings=None):
    symbols = byte_symbols()
    merges = merged(symbols, size - len(symbols) - len(special) - len(ending), lambda a, b: "Ġ" not in b)
    write_bpe(folder, [*special, *symbols, *(a + b for a, b in merges), *ending], merges)
    write(folder, "tokenizer_config.json", settings or dict(tokenizer_class="GPT2Tokenizer", model_max_length=1024))


def bert_tokenizer(folder):
    letters = [chr(c) for c in range(33, 127) if not chr(c).isupper()]
    pieces = ["[PAD]", *(f"[unused{i}]" for i in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += letters + ["##" + c for c in letters if c.isalnum()]
    generator, known = random.Random(0), set(pieces)
    while len(pieces) < 30522:
        word = "".join(generator.choices("etaoinshrdlucmfwypvbgkjqxz", k=generator.randint(2, 9)))
        word = generator.choice(["", "", "##"]) + word
        if word not in known:
            known.add(word)
            pieces.append(word)
    write(folder, "vocab.txt", "\n".join(pieces) + "\n")
    settings = dict(tokenizer_class="BertTokenizer", do_lower_case=True, model_max_length=40)
    write(folder, "tokenizer_config.json", settings)


def spread(model):
    """Weights as wide as in trained models, so that mistakes show and no two scores are almost equal."""
    import torch

    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("logit_scale"):
                parameter.fill_(4.6052)  # as CLIP learned it
            elif parameter.dim() < 2:
                parameter.add_(torch.randn_like(parameter) * 0.1)
            elif parameter.std() < 0.03:
                parameter.copy_(torch.randn_like(parameter) * 0.03)
    return model


def clip(folder):
    from transformers import CLIPConfig, CLIPModel

    configuration = CLIPConfig()  # its defaults are openai/clip-vit-base-patch32
    configuration.text_config.bos_token_id, configuration.text_config.eos_token_id = 49406, 49407
    spread(CLIPModel(configuration)).save_pretrained(folder)
    processor = dict(
        STEPS, **CLIP_STATISTICS, image_processor_type="CLIPImageProcessor", do_convert_rgb=True, do_center_crop=True,
        size=dict(shortest_edge=224), crop_size=dict(height=224, width=224))
    write(folder, "preprocessor_config.json", processor)
    clip_tokenizer(folder)


def vit_gpt2(folder):
    from transformers import GPT2Config, VisionEncoderDecoderConfig, VisionEncoderDecoderModel, ViTConfig

    decoder = GPT2Config(add_cross_attention=True, is_decoder=True)
    configuration = VisionEncoderDecoderConfig.from_encoder_decoder_configs(ViTConfig(), decoder)
    configuration.decoder_start_token_id = configuration.eos_token_id = configuration.pad_token_id = 50256
    spread(VisionEncoderDecoderModel(configuration)).save_pretrained(folder)
    processor = dict(
        STEPS, **HALF_STATISTICS, image_processor_type="ViTImageProcessor", resample=2, size=dict(height=224, width=224))
    write(folder, "preprocessor_config.json", processor)
    gpt2_tokenizer(folder)


def vilt(folder):
    from transformers import ViltConfig, ViltForQuestionAnswering

    labels = {i: f"answer {i}" for i in range(3129)}
    configuration = ViltConfig(id2label=labels, label2id={label: i for i, label in labels.items()})
    spread(ViltForQuestionAnswering(configuration)).save_pretrained(folder)
    processor = dict(
        STEPS, **HALF_STATISTICS, image_processor_type="ViltImageProcessor", resample=3, do_pad=True, size_divisor=32,
        size=dict(shortest_edge=384))
    write(folder, "preprocessor_config.json", processor)
    bert_tokenizer(folder)


def blip2_configuration(text_layers, image_layers, query_layers):
    from transformers import Blip2Config, OPTConfig

    text = OPTConfig(
        vocab_size=50304, hidden_size=2560, ffn_dim=10240, num_hidden_layers=text_layers, num_attention_heads=32,
        word_embed_proj_dim=2560, eos_token_id=50118)
    return Blip2Config(
        vision_config=dict(num_hidden_layers=image_layers, initializer_range=0.02),
        qformer_config=dict(num_hidden_layers=query_layers), text_config=text.to_dict(), num_query_tokens=32,
        image_token_index=50265)


def blip2(folder):
    from transformers import Blip2ForConditionalGeneration

    spread(Blip2ForConditionalGeneration(blip2_configuration(2, 2, 2))).save_pretrained(folder)
    blip2_words_and_pixels(folder)


def blip2_full(folder):
    import torch
    from transformers import Blip2ForConditionalGeneration

    torch.set_default_dtype(torch.float16)  # in single precision it would not fit into most machines' memory
    model = spread(Blip2ForConditionalGeneration(blip2_configuration(32, 39, 12)))
    model.save_pretrained(folder, max_shard_size="2GB")
    torch.set_default_dtype(torch.float32)
    blip2_words_and_pixels(folder)


def blip2_words_and_pixels(folder):
    processor = dict(
        STEPS, **CLIP_STATISTICS, image_processor_type="BlipImageProcessor", do_convert_rgb=True,
        size=dict(height=224, width=224))
    write(folder, "preprocessor_config.json", processor)
    write(folder, "processor_config.json", dict(processor_class="Blip2Processor", num_query_tokens=32))
    settings = dict(
        tokenizer_class="GPT2Tokenizer", add_bos_token=True, bos_token="</s>", eos_token="</s>", unk_token="</s>",
        pad_token="<pad>", model_max_length=2048)
    gpt2_tokenizer(folder, ["<s>", "<pad>", "</s>", "<unk>"], ["<image>"], 50266, settings)


def main(folder, names):
    makers = {"clip": clip, "vit-gpt2": vit_gpt2, "vilt": vilt, "blip-2": blip2, "blip2-full": blip2_full}
    for name in names:
        path = f"{folder}/{name}"
        if os.path.exists(path + "/complete"):
            continue
        os.makedirs(path, exist_ok=True)
        print(f"making a random {name} of the size of {SIZES[name]}", file=sys.stderr)
        makers[name](path)
        open(path + "/complete", "w").close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
