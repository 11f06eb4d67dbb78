"""CLIP ViT-B/32: which of four texts fits the picture."""

from ._model import CLIP_STATISTICS, Bars, Model, Task, spread, write_preprocessor
from ._vocabularies import clip_tokenizer


def make(folder):
    from transformers import CLIPConfig, CLIPModel

    configuration = CLIPConfig()  # its defaults are openai/clip-vit-base-patch32
    configuration.text_config.bos_token_id, configuration.text_config.eos_token_id = 49406, 49407
    spread(CLIPModel(configuration)).save_pretrained(folder)
    write_preprocessor(
        folder, "CLIPImageProcessor", dict(shortest_edge=224), do_convert_rgb=True, do_center_crop=True,
        crop_size=dict(height=224, width=224), **CLIP_STATISTICS)
    clip_tokenizer(folder)


def load(inputs):
    from transformers import CLIPImageProcessor, CLIPModel

    model, tokenizer = inputs.model(CLIPModel), inputs.tokenizer()
    processor = CLIPImageProcessor.from_pretrained(inputs.directory)

    def prepare():
        text = tokenizer(inputs.texts, padding=True, truncation=True, return_tensors="pt")
        pixels = processor(images=inputs.pictures, return_tensors="pt").pixel_values
        return dict(input_ids=text.input_ids, attention_mask=text.attention_mask, pixel_values=pixels)

    def logits(**inputs):
        return model(**inputs).logits_per_image

    def whole():
        scores = logits(**prepare()).softmax(-1)
        return dict(scores=scores.flatten().tolist(), answers=[inputs.texts[i] for i in scores.argmax(-1)])

    prepared = prepare()
    return Task(
        lambda: logits(**prepared), whole, lambda: logits(**prepared), graph=(model, "logits_per_image", prepared))


MODELS = [
    Model(
        "clip", "openai/clip-vit-base-patch32", "CLIP ViT-B/32, one picture and four texts", make, load,
        texts=["a photo of a cat", "a photo of a dog", "two red circles on a table", "an empty street at night"],
        bars=Bars(time=0.7, start=0.2, memory=0.7, runtimes=0.95), has_graph=True)
]
