"""SigLIP ViT-B/16: which of four texts fits the picture, each text asked about by itself."""

from ._model import HALF_STATISTICS, Bars, Model, Task, spread, write_preprocessor
from ._vocabularies import siglip_tokenizer


def make(folder):
    from transformers import SiglipConfig, SiglipModel

    model = spread(SiglipModel(SiglipConfig()))  # its defaults are google/siglip-base-patch16-224
    model.logit_bias.data.fill_(-12.9)  # about what it learned
    model.save_pretrained(folder)
    write_preprocessor(folder, "SiglipImageProcessor", 224, **dict(HALF_STATISTICS, resample=3))
    siglip_tokenizer(folder)


def load(inputs):
    from transformers import SiglipImageProcessor, SiglipModel

    model, tokenizer = inputs.model(SiglipModel), inputs.tokenizer()
    processor = SiglipImageProcessor.from_pretrained(inputs.directory)

    def prepare():
        text = tokenizer(inputs.texts, padding="max_length", max_length=64, truncation=True, return_tensors="pt")
        return dict(
            input_ids=text.input_ids, pixel_values=processor(images=inputs.pictures, return_tensors="pt").pixel_values)

    def logits(**inputs):
        return model(**inputs).logits_per_image

    def whole():
        scores = logits(**prepare()).sigmoid()
        return dict(scores=scores.flatten().tolist(), answers=[inputs.texts[i] for i in scores.argmax(-1)])

    prepared = prepare()
    return Task(lambda: logits(**prepared), whole, lambda: logits(**prepared))


MODELS = [
    Model(
        "siglip", "google/siglip-base-patch16-224", "SigLIP ViT-B/16, one picture and four texts", make, load,
        texts=["a photo of a cat", "a photo of a dog", "two red circles on a table", "an empty street at night"],
        bars=Bars(time=0.8, start=0.3, memory=0.8))
]
