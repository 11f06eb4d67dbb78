"""ViLT: the answer to a question."""

from ._model import HALF_STATISTICS, Bars, Model, Task, spread, write_preprocessor
from ._vocabularies import bert_tokenizer


def make(folder):
    from transformers import ViltConfig, ViltForQuestionAnswering

    labels = {i: f"answer {i}" for i in range(3129)}
    configuration = ViltConfig(id2label=labels, label2id={label: i for i, label in labels.items()})
    spread(ViltForQuestionAnswering(configuration)).save_pretrained(folder)
    write_preprocessor(
        folder, "ViltImageProcessor", dict(shortest_edge=384), resample=3, do_pad=True, size_divisor=32,
        **HALF_STATISTICS)
    bert_tokenizer(folder)


def load(inputs):
    from transformers import ViltForQuestionAnswering, ViltImageProcessor

    model, tokenizer = inputs.model(ViltForQuestionAnswering), inputs.tokenizer()
    processor = ViltImageProcessor.from_pretrained(inputs.directory)

    def prepare():
        pictures = processor(images=inputs.pictures * len(inputs.texts), return_tensors="pt")
        return dict(tokenizer(inputs.texts, padding=True, truncation=True, return_tensors="pt"), **pictures)

    def whole():
        logits = model(**prepare()).logits
        return dict(answers=[model.config.id2label[i.item()] for i in logits.argmax(-1)])

    prepared = prepare()
    return Task(lambda: model(**prepared), whole, lambda: model(**prepared).logits)


MODELS = [
    Model(
        "vilt", "dandelin/vilt-b32-finetuned-vqa", "ViLT, a question", make, load, texts=["how many cats are there?"],
        bars=Bars(time=0.8, memory=0.7))
]
