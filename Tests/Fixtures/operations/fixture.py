"""What the scripts beside this one share: drawing inputs, running PyTorch, and writing compact JSON.

Floats are base64 of little-endian float32. Inputs are leaves; a `view` makes an awkward tensor of a leaf, and gradients
are those of the leaf. Expected values of arithmetic are computed in double precision from the float32 inputs and then
rounded, so that only the engine's own rounding is left in a comparison; what must be exact is computed in float32.
"""

import base64
import json
import os
import tempfile

import numpy as np
import torch

random = np.random.RandomState(20240607)
torch.manual_seed(0)


def encode(tensor):
    if tensor.dtype in (torch.int64, torch.int32, torch.bool):
        return {"shape": list(tensor.shape), "ints": tensor.reshape(-1).to(torch.int64).tolist()}
    data = tensor.detach().to(torch.float32).contiguous().numpy().astype("<f4").tobytes()
    return {"shape": list(tensor.shape), "data": base64.b64encode(data).decode()}


class Input:
    """A leaf with random, or given, numbers and the view of it that the operation gets."""

    def __init__(self, *shape, values=None, view=(), low=None, high=None, spread=1.0):
        if values is not None:
            array = np.array(values, dtype=np.float32)
        elif low is not None:
            array = random.uniform(low, high, shape)
        else:
            array = random.standard_normal(shape) * spread
        self.leaf = torch.tensor(array.astype(np.float32))
        self.view = [list(step) for step in view]

    def apply(self, x):
        for name, *arguments in self.view:
            if name == "transpose":
                x = x.transpose(*arguments)
            elif name == "permute":
                x = x.permute(arguments)
            elif name == "slice":
                dim, start, end = arguments
                x = x.narrow(dim, start, end - start)
            elif name == "select":
                x = x.select(*arguments)
            elif name == "expand":
                x = x.expand(arguments)
            else:
                raise ValueError(name)
        return x

    def encoded(self):
        return encode(self.leaf) | ({"view": self.view} if self.view else {})


def weighting(shape):
    """Fixed factors for the elements of an output, exact in float32; the tests compute the same ones."""
    count = int(np.prod(shape))
    return torch.tensor([((i * 37 + 11) % 64 - 31.5) / 16 for i in range(count)], dtype=torch.float64).reshape(shape)


def backward(outputs):
    total = sum((o * weighting(o.shape).to(o.dtype)).sum() for o in outputs if o.dtype.is_floating_point)
    if isinstance(total, torch.Tensor) and total.requires_grad:
        total.backward()


def write(path, value):
    text = (
        "{\n"
        + ",\n".join(
            f'"{key}": '
            + (
                "[\n" + ",\n".join(json.dumps(item) for item in part) + "\n]"
                if isinstance(part, list)
                else json.dumps(part)
            )
            for key, part in value.items()
        )
        + "\n}\n"
    )
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    print(f"{os.path.basename(path)}: {len(text)} bytes")
