"""ViT-B/16: which of a thousand classes each of two pictures belongs to."""

from ._model import HALF_STATISTICS, Bars, Model, Task, spread, write_preprocessor


def make(folder):
    from transformers import ViTConfig, ViTForImageClassification

    labels = {i: f"class {i}" for i in range(1000)}
    configuration = ViTConfig(id2label=labels, label2id={label: i for i, label in labels.items()})
    spread(ViTForImageClassification(configuration)).save_pretrained(folder)
    write_preprocessor(folder, "ViTImageProcessor", 224, resample=2, **HALF_STATISTICS)


def load(inputs):
    from transformers import ViTForImageClassification, ViTImageProcessor

    model = inputs.model(ViTForImageClassification)
    processor = ViTImageProcessor.from_pretrained(inputs.directory)

    def prepare():
        return processor(images=inputs.pictures, return_tensors="pt").pixel_values

    def whole():
        best = model(prepare()).logits.softmax(-1).max(-1)
        return dict(scores=best.values.tolist(), answers=[model.config.id2label[int(i)] for i in best.indices])

    prepared = prepare()
    return Task(
        lambda: model(prepared), whole, lambda: model(prepared).logits,
        graph=(model, "logits", dict(pixel_values=prepared)))


MODELS = [
    Model(
        "vit", "google/vit-base-patch16-224", "ViT-B/16, two pictures", make, load, picture_count=2,
        bars=Bars(time=0.95, memory=0.7, runtimes=0.95), has_graph=True)
]
