"""What a file of this folder is made of."""

import json
import os
import sys
from dataclasses import dataclass, field
from typing import Callable, NamedTuple

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../Tests/Fixtures")
PICTURES = [f"{FIXTURES}/processors/grad_300x200.png", f"{FIXTURES}/processors/grad_50x37.png"]


class Bars(NamedTuple):
    """The ratios that this project promises, ours over theirs; none where it promises none."""

    time: float | None = None  # of the model, and of pictures and words to the answer, after loading
    start: float | None = None  # with the start of the program
    memory: float | None = None
    runtimes: float | None = None  # the model's time over that of each other runtime


@dataclass
class Model:
    """A published model at its real size, with random weights."""

    name: str
    published: str  # whose sizes it has, as a reader knows it
    work: str  # what is measured, for the table
    make: Callable[[str], None]  # writes the checkpoint with tokenizer and preprocessor into a directory
    load: Callable[["Inputs"], "Task"]  # what transformers does with it
    texts: list = field(default_factory=list)
    picture_count: int = 1
    bars: Bars = Bars()
    has_graph: bool = False  # whether it is measured in other runtimes, too: `load` then gives a `Task.graph`
    is_whole: bool = True  # whether transformers reads a whole checkpoint of what we write
    on_demand: bool = False  # made and compared only when named, beside reading the weights once


class Inputs(NamedTuple):
    """What a task is made from."""

    directory: str
    weights: str | None  # another directory to read the weights from, and only the rest from the first
    dtype: object
    pictures: list
    texts: list

    def model(self, model_class, unused=()):
        """The model, with every weight from the file and no weight left over but for those named."""
        model, info = model_class.from_pretrained(
            self.weights or self.directory, output_loading_info=True, dtype=self.dtype)
        for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
            names = [name for name in info[key] if not str(name).startswith(tuple(unused))]
            if names:
                sys.exit(f"error: {self.directory}: {key}: {sorted(names)[:3]}")
        return model.eval()

    def tokenizer(self):
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.directory)


class Task(NamedTuple):
    """What transformers does with a model, as `PretrainedTask` of the bench."""

    model: Callable  # the model alone, on inputs that were prepared before
    whole: Callable  # from pictures and words to a dict with `answers`, and where there are such `ids` and `scores`
    logits: Callable  # what the answer is chosen from; of generating models the scores of the first token
    first: Callable | None = None  # the model up to the first token, where it writes several
    graph: tuple | None = None  # for other runtimes: a module, which of its results are the logits, its inputs by name


def write(folder, name, content):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1))


# Preprocessors.
CLIP_STATISTICS = dict(
    image_mean=[0.48145466, 0.4578275, 0.40821073], image_std=[0.26862954, 0.26130258, 0.27577711], resample=3)
HALF_STATISTICS = dict(image_mean=[0.5] * 3, image_std=[0.5] * 3)
STEPS = dict(do_resize=True, do_rescale=True, do_normalize=True, rescale_factor=1 / 255)


def write_preprocessor(folder, image_processor_type, size, **settings):
    """A preprocessor_config.json; `size` is a number for a square."""
    size = dict(height=size, width=size) if isinstance(size, int) else size
    settings = dict(STEPS, image_processor_type=image_processor_type, size=size, **settings)
    write(folder, "preprocessor_config.json", settings)


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
