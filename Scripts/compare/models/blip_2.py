"""BLIP-2 with OPT-2.7B: how a text about the picture goes on."""

from ._model import CLIP_STATISTICS, Bars, Model, Task, spread, write, write_preprocessor
from ._vocabularies import gpt2_tokenizer

NEW_TOKENS = 10


def configuration(text_layers, image_layers, query_layers):
    from transformers import Blip2Config, OPTConfig

    text = OPTConfig(
        vocab_size=50304, hidden_size=2560, ffn_dim=10240, num_hidden_layers=text_layers, num_attention_heads=32,
        word_embed_proj_dim=2560, eos_token_id=50118)
    return Blip2Config(
        vision_config=dict(num_hidden_layers=image_layers, initializer_range=0.02),
        qformer_config=dict(num_hidden_layers=query_layers), text_config=text.to_dict(), num_query_tokens=32,
        image_token_index=50265)


def make_short(folder):
    from transformers import Blip2ForConditionalGeneration

    spread(Blip2ForConditionalGeneration(configuration(2, 2, 2))).save_pretrained(folder)
    words_and_pixels(folder)


def make_full(folder):
    import torch
    from transformers import Blip2ForConditionalGeneration

    torch.set_default_dtype(torch.float16)  # in single precision it would not fit into most machines' memory
    model = spread(Blip2ForConditionalGeneration(configuration(32, 39, 12)))
    model.save_pretrained(folder, max_shard_size="2GB")
    torch.set_default_dtype(torch.float32)
    words_and_pixels(folder)


def words_and_pixels(folder):
    write_preprocessor(folder, "BlipImageProcessor", 224, do_convert_rgb=True, **CLIP_STATISTICS)
    write(folder, "processor_config.json", dict(processor_class="Blip2Processor", num_query_tokens=32))
    settings = dict(
        tokenizer_class="GPT2Tokenizer", add_bos_token=True, bos_token="</s>", eos_token="</s>", unk_token="</s>",
        pad_token="<pad>", model_max_length=2048)
    gpt2_tokenizer(folder, ["<s>", "<pad>", "</s>", "<unk>"], ["<image>"], 50266, settings)


def load(inputs):
    import torch
    from transformers import Blip2ForConditionalGeneration, BlipImageProcessor

    model, tokenizer = inputs.model(Blip2ForConditionalGeneration), inputs.tokenizer()
    processor = BlipImageProcessor.from_pretrained(inputs.directory)
    placeholders = [model.config.image_token_index] * model.config.num_query_tokens

    def prepare():
        ids = torch.tensor([placeholders + tokenizer(text).input_ids for text in inputs.texts])
        pictures = inputs.pictures * len(inputs.texts)
        pixels = processor(images=pictures, return_tensors="pt").pixel_values.to(model.dtype)
        return dict(pixel_values=pixels, input_ids=ids, attention_mask=torch.ones_like(ids))

    settings = dict(max_new_tokens=NEW_TOKENS, do_sample=False)

    def whole():
        inputs = prepare()
        ids = model.generate(**inputs, **settings)
        new = ids[:, inputs["input_ids"].shape[1]:]
        return dict(ids=ids[0].tolist(), answers=tokenizer.batch_decode(new, skip_special_tokens=True))

    def first():
        model.generate(**prepared, max_new_tokens=1, do_sample=False)

    prepared = prepare()
    return Task(
        lambda: model.generate(**prepared, **settings), whole, lambda: model(**prepared).logits[:, -1], first=first)


TEXTS = ["Question: what is in the picture? Answer:"]
MODELS = [
    Model(
        "blip-2", "Salesforce/blip2-opt-2.7b, 2 layers of each part", "BLIP-2 of two layers each, ten tokens",
        make_short, load, texts=TEXTS, bars=Bars(memory=0.7)),
    Model(
        "blip2-full", "Salesforce/blip2-opt-2.7b in float16, 7.5 GB", "BLIP-2 OPT-2.7B in float16", make_full, load,
        texts=TEXTS, on_demand=True),
]
