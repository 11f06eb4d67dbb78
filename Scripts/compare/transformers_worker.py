"""A published model at work in transformers: the other side of `bench pretrained`, with the same flags and orders."""

import argparse
import json


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", help="the model's name in the folder `models`")
    parser.add_argument("directory")
    parser.add_argument("--image", action="append", required=True)
    parser.add_argument("--text", action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--logits", action="store_true")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--dtype", default="float32", help="PyTorch's name of the type to compute with")
    parser.add_argument("--weights", help="read the weights from this directory, and only the rest from the other")
    parser.add_argument("--export", metavar="DIRECTORY", help="write the model and its inputs there for other runtimes")
    return parser.parse_args()


options = arguments()

import torch  # noqa: E402  (importing is a part of starting up)
from PIL import Image  # noqa: E402

from models import all_models  # noqa: E402
from models._model import Inputs  # noqa: E402
from serving import peak_bytes, serve  # noqa: E402


def export(task, folder):
    """The graph in ONNX's format with these inputs' sizes, which no runtime needs to work out then."""
    import numpy

    module, result, inputs = task.graph

    class Graph(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.module = module

        def forward(self, *values):
            return getattr(self.module(**dict(zip(inputs, values))), result)

    torch.onnx.export(
        Graph().eval(), tuple(inputs.values()), f"{folder}/model.onnx", input_names=list(inputs), output_names=["logits"],
        dynamo=True, external_data=True, verbose=False)
    numpy.savez(f"{folder}/inputs.npz", **{name: value.numpy() for name, value in inputs.items()})


torch.set_num_threads(options.threads)
with torch.inference_mode(not options.export):
    pictures = [Image.open(file).convert("RGB") for file in options.image]
    dtype = getattr(torch, options.dtype)
    inputs = Inputs(options.directory, options.weights, dtype, pictures, options.text)
    task = all_models()[options.name].load(inputs)
    if options.export:
        export(task, options.export)
    elif options.serve:
        serve({"model": task.model, "whole": task.whole, "first": task.first or task.model})
    else:
        result = task.whole()
        if options.logits:
            result["logits"] = task.logits().flatten().tolist()
        result["peakBytes"] = peak_bytes()
        print(json.dumps(result))
