"""Records what PyTorch makes of every operation of the engine: inputs, results and gradients, on small awkward shapes.

Run it with PyTorch 2.x; it writes operations.json beside itself. The names are those of OpCatalog.swift.
"""

import os

import torch
import torch.nn.functional as F

from fixture import Input as T
from fixture import backward, encode, random, write

NAN, INF = float("nan"), float("inf")
cases = []


def record(name, inputs, function, ids=(), exact=False, tolerance=None, **arguments):
    """One case: runs `function(tensors, ids)`; with `exact` in float32, else in double precision."""
    dtype = torch.float32 if exact else torch.float64
    leaves = [i.leaf.to(dtype).requires_grad_() for i in inputs]
    ids = [torch.tensor(i) for i in ids]
    outputs = function([i.apply(leaf) for i, leaf in zip(inputs, leaves)], ids)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    backward(outputs)
    case = {
        "op": name,
        "inputs": [i.encoded() for i in inputs],
        "outputs": [encode(o) for o in outputs],
        "gradients": [encode(leaf.grad) if leaf.grad is not None else None for leaf in leaves],
    }
    if ids:
        case["ids"] = [encode(i) for i in ids]
    if arguments:
        case["arguments"] = arguments
    if exact:
        case["tolerance"] = 0
    elif tolerance:
        case["tolerance"] = tolerance
    cases.append(case)


# Sums, differences, products, quotients and what else takes two tensors of shapes that broadcast.
pairs = [
    lambda: (T(3, 5), T(3, 5)),
    lambda: (T(3, 5), T(5)),
    lambda: (T(4), T(3, 1)),
    lambda: (T(2, 1, 3), T(1, 5, 1)),
    lambda: (T(), T(2, 9)),
    lambda: (T(7, 3, view=[("transpose", 0, 1)]), T(3, 7)),
    lambda: (T(6, 11, view=[("slice", 1, 2, 10), ("slice", 0, 1, 4)]), T(1, 8, view=[("expand", 3, 8)])),
    lambda: (T(2, 17), T(2, 1)),
    lambda: (T(1), T(0, 3)),
]


def away_from_zero(pair):
    pair[1].leaf = torch.where(pair[1].leaf.abs() < 0.3, pair[1].leaf + 1, pair[1].leaf)
    return pair


for make in pairs:
    record("add", make(), lambda x, _: x[0] + x[1], exact=False)
    record("subtract", make(), lambda x, _: x[0] - x[1])
    record("multiply", make(), lambda x, _: x[0] * x[1])
    record("divide", away_from_zero(make()), lambda x, _: x[0] / x[1])
ties = [1.0, 2.0, -3.0, 0.0, INF, -INF, NAN, 5.0], [1.0, 1.5, -3.0, -1.0, 2.0, -INF, 1.0, NAN]
for name, function in {"maximum": torch.maximum, "minimum": torch.minimum}.items():
    record(name, pairs[1](), lambda x, _: function(x[0], x[1]))
    record(name, pairs[3](), lambda x, _: function(x[0], x[1]))
    record(name, [T(values=ties[0][:6]), T(values=ties[1][:6])], lambda x, _: function(x[0], x[1]), exact=True)
    record(
        name + "Values", [T(values=ties[0]), T(values=ties[1])], lambda x, _: function(x[0], x[1]).detach(), exact=True
    )
for name in ["gt", "ge", "lt", "le", "eq", "ne"]:
    record(
        name, [T(values=ties[0]), T(values=ties[1])], lambda x, _: getattr(torch, name)(x[0], x[1]).float(), exact=True
    )
    record(
        name,
        [T(values=[[1.0, 2.0, 3.0]]), T(values=[[2.0], [1.0]])],
        lambda x, _: getattr(torch, name)(x[0], x[1]).float(),
        exact=True,
    )
mask = [[1.0, 0.0, 1.0, 0.0, 1.0]]
record("where", [T(values=mask), T(3, 5), T(3, 1)], lambda x, _: torch.where(x[0] != 0, x[1], x[2]), exact=True)
record(
    "where",
    [T(values=mask), T(values=[-0.0, NAN, INF, 1.0, -0.0]), T(values=[NAN, -0.0, NAN, -INF, NAN])],
    lambda x, _: torch.where(x[0] != 0, x[1], x[2]),
    exact=True,
)
record(
    "maskedFill", [T(2, 3, 5), T(values=mask)], lambda x, _: x[0].masked_fill(x[1] != 0, -INF), exact=True, value="-inf"
)
record(
    "maskedFill",
    [T(5, 3, view=[("transpose", 0, 1)]), T(values=mask)],
    lambda x, _: x[0].masked_fill(x[1] != 0, 0.25),
    exact=True,
    value="0.25",
)

# Functions of one number.
special = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 1e-30, -1e-30, 88.0, -88.0, 1e30]
functions = {
    "negative": lambda x: -x,
    "exp": torch.exp,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "sin": torch.sin,
    "cos": torch.cos,
    "sigmoid": torch.sigmoid,
    "logSigmoid": F.logsigmoid,
    "relu": F.relu,
    "gelu": F.gelu,
    "abs": torch.abs,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "quickGelu": lambda x: x * torch.sigmoid(1.702 * x),
}
for name, function in functions.items():
    record(name, [T(3, 7, spread=2)], lambda x, _: function(x[0]))
    record(name, [T(5, 4, spread=2, view=[("transpose", 0, 1), ("slice", 1, 1, 4)])], lambda x, _: function(x[0]))
    if name != "quickGelu":
        # PyTorch's GELU of -inf is NaN (-inf times zero); the engine's is the limit, -0.
        values = [x for x in special[:9] if x != -INF or "gelu" not in name]
        record(name + "Values", [T(values=values)], lambda x, _: function(x[0]).detach())
for name, function in {"log": torch.log, "sqrt": torch.sqrt}.items():
    record(name, [T(3, 7, low=0.05, high=30.0)], lambda x, _: function(x[0]))
    record(name + "Values", [T(values=special)], lambda x, _: function(x[0]).detach())
for exponent in [0.0, 1.0, 2.0, 3.0, 4.0, 0.5, -1.0, -0.5, 1.7, -2.0]:
    record("pow", [T(2, 5, low=0.1, high=3.0)], lambda x, _: x[0].pow(exponent), exponent=exponent)
for exponent in [2.0, 3.0, -1.0, 5.0]:
    record("pow", [T(2, 5)], lambda x, _: x[0].pow(exponent), exponent=exponent)
at_bounds = [-1.0, 1.0, 0.5, -2.0, 3.0, INF, -INF, NAN]
record("clamp", [T(values=at_bounds)], lambda x, _: x[0].clamp(-1, 1), exact=True, low=-1, high=1)
record("clamp", [T(values=at_bounds)], lambda x, _: x[0].clamp(min=0.5), exact=True, low=0.5)
record("clamp", [T(values=at_bounds)], lambda x, _: x[0].clamp(max=0.5), exact=True, high=0.5)

# Reductions.
for shape, view in [
    ((3, 5), []),
    ((2, 3, 4), []),
    ((4, 3, 2), [("permute", 2, 0, 1)]),
    ((1, 3, 1), [("expand", 2, 3, 2)]),
]:
    rank = len(shape)
    for dims in [None, [0], [-1], [0, 1], [-1, 0], [1]] + ([[0, 2], [2, 1, 0]] if rank == 3 else []):
        for keep in [False, True] if rank == 3 and not view else [False]:
            full = list(range(rank)) if dims is None else dims
            for name, function in {
                "sum": lambda x: x.sum(full, keepdim=keep),
                "mean": lambda x: x.mean(full, keepdim=keep),
                "variance": lambda x: x.var(full, unbiased=True, keepdim=keep),
                "standardDeviation": lambda x: x.std(full, unbiased=False, keepdim=keep),
            }.items():
                if name in ("variance", "standardDeviation") and (keep or view):
                    continue
                extra = {"unbiased": name == "variance"} if name in ("variance", "standardDeviation") else {}
                record(
                    name,
                    [T(*shape, view=view)],
                    lambda x, _: function(x[0]),
                    keepDims=keep,
                    **extra,
                    **({} if dims is None else {"dims": dims}),
                )
record("variance", [T(2, 5)], lambda x, _: x[0].var([1], unbiased=False), dims=[1], keepDims=False, unbiased=False)
record("mean", [T(0, 3)], lambda x, _: x[0].mean([0, 1]), keepDims=False)
record("sum", [T(2, 0, 3)], lambda x, _: x[0].sum([1]), dims=[1], keepDims=False)
tied = [[3.0, 7.0, 7.0, -1.0], [2.0, 2.0, 2.0, 2.0], [-5.0, -6.0, -5.5, -6.0]]
for dim in [0, 1, -1]:
    for keep in [False, True]:
        for name in ["max", "min"]:
            record(
                name,
                [T(values=tied)],
                lambda x, _: tuple(getattr(x[0], name)(dim, keepdim=keep)),
                exact=True,
                dim=dim,
                keepDims=keep,
            )
    record("argmax", [T(values=tied)], lambda x, _: x[0].argmax(dim), exact=True, dim=dim)
    record("argmin", [T(values=tied)], lambda x, _: x[0].argmin(dim), exact=True, dim=dim)
nans = [[1.0, NAN, 3.0, NAN], [INF, 2.0, -INF, 0.0]]
for name in ["max", "min"]:
    record(
        name,
        [T(values=nans)],
        lambda x, _: tuple(o.detach() for o in getattr(x[0], name)(1)),
        exact=True,
        dim=1,
        keepDims=False,
    )
    record(
        name,
        [T(2, 5, 3, view=[("transpose", 0, 2)])],
        lambda x, _: tuple(getattr(x[0], name)(1)),
        exact=True,
        dim=1,
        keepDims=False,
    )
    record(name + "All", [T(values=tied)], lambda x, _: getattr(x[0], name)(), exact=True)

# Along a dimension.
for name, function in {"softmax": torch.softmax, "logSoftmax": torch.log_softmax}.items():
    for shape, view in [((3, 7), []), ((2, 3, 9), []), ((9, 2, 3), [("permute", 1, 2, 0)]), ((2, 1, 3), [])]:
        for dim in [-1, 0, 1]:
            record(name, [T(*shape, spread=3, view=view)], lambda x, _: function(x[0], dim), dim=dim, tolerance=2e-5)
    record(name, [T(values=[[-INF, 1.0, 2.0], [1000.0, 999.0, -1000.0]])], lambda x, _: function(x[0], 1), dim=1)
    record(
        name + "Values",
        [T(values=[[-INF, -INF, -INF], [INF, 1.0, 2.0], [NAN, 1.0, 2.0]])],
        lambda x, _: function(x[0], 1).detach(),
        dim=1,
    )
for width in [1, 3, 8, 13, 33]:
    record("layerNorm", [T(1, 3, width, spread=2)], lambda x, _: F.layer_norm(x[0], [width]), tolerance=4e-6)
    record(
        "layerNorm",
        [T(1, 3, width, spread=2), T(width), T(width)],
        lambda x, _: F.layer_norm(x[0], [width], x[1], x[2]),
        tolerance=4e-6,
    )
record(
    "layerNorm",
    [T(9, 4, view=[("transpose", 0, 1)]), T(9), T(9)],
    lambda x, _: F.layer_norm(x[0], [9], x[1], x[2], 1e-3),
    epsilon=1e-3,
    tolerance=4e-6,
)
for dim in [-1, 0, 1]:
    record("l2Normalized", [T(3, 5, 2)], lambda x, _: F.normalize(x[0], dim=dim), dim=dim)
record("l2Normalized", [T(values=[[0.0, 0.0], [3.0, 4.0]])], lambda x, _: F.normalize(x[0], dim=-1).detach(), dim=-1)
for dim in [0, 1, -1]:
    record("cumsum", [T(3, 4, 5)], lambda x, _: x[0].cumsum(dim), dim=dim)
sortable = [[3.0, 1.0, 3.0, NAN, -2.0], [0.0, -0.0, 5.0, INF, 5.0], [-INF, 2.0, 2.0, 2.0, 1.0]]
for dim in [0, 1, -1]:
    for descending in [False, True]:
        record(
            "sort",
            [T(values=sortable)],
            lambda x, _: tuple(torch.sort(x[0], dim=dim, descending=descending, stable=True)),
            exact=True,
            dim=dim,
            descending=descending,
        )
for k, dim in [(1, -1), (3, 1), (2, 0), (0, 1)]:
    record("topK", [T(4, 5)], lambda x, _: tuple(torch.topk(x[0], k, dim)), exact=True, k=k, dim=dim)

# Matrix products.
for a, b in [
    (T(5), T(5)),
    (T(5), T(5, 3)),
    (T(3, 5), T(5)),
    (T(2, 3, 5), T(5)),
    (T(5), T(2, 5, 3)),
    (T(7, 9), T(9, 17)),
    (T(1, 1), T(1, 1)),
    (T(2, 7, 9), T(9, 3)),
    (T(7, 9), T(2, 9, 3)),
    (T(2, 3, 4, 5), T(2, 3, 5, 6)),
    (T(2, 1, 4, 5), T(3, 5, 6)),
    (T(1, 4, 5), T(3, 5, 2)),
    (T(9, 7, view=[("transpose", 0, 1)]), T(9, 8)),
    (T(7, 9), T(8, 9, view=[("transpose", 0, 1)])),
    (T(3, 4, 2, view=[("permute", 2, 0, 1)]), T(4, 5)),
    (T(6, 12, view=[("slice", 1, 3, 8)]), T(5, 9, view=[("slice", 1, 1, 7)])),
    (T(1, 5, view=[("expand", 3, 5)]), T(5, 4)),
    (T(3, 0), T(0, 4)),
    (T(2, 3, 0), T(0, 4)),
    (T(0, 3), T(3, 2)),
    (T(8, 33), T(33, 18)),
]:
    record("matmul", [a, b], lambda x, _: x[0] @ x[1])
for x, w in [
    (T(5), T(3, 5)),
    (T(4, 5), T(3, 5)),
    (T(2, 3, 9), T(17, 9)),
    (T(9, 2, 3, view=[("permute", 1, 2, 0)]), T(4, 9)),
    (T(2, 3, 8), T(16, 9, view=[("slice", 1, 0, 8)])),
]:
    out = w.leaf.shape[0]
    record("linear", [x, w], lambda v, _: F.linear(v[0], v[1]))
    record("linear", [x, w, T(out)], lambda v, _: F.linear(v[0], v[1], v[2]))

# Convolution and images.
for shape, weight, stride, padding in [
    ((2, 2, 8, 8), (3, 2, 4, 4), (4, 4), (0, 0)),
    ((1, 2, 7, 9), (3, 2, 3, 3), (1, 1), (1, 1)),
    ((2, 1, 5, 6), (2, 1, 2, 3), (2, 1), (0, 2)),
    ((1, 1, 3, 2), (2, 1, 1, 1), (3, 3), (2, 2)),
    ((1, 2, 4, 4), (1, 2, 4, 4), (1, 1), (0, 0)),
    ((1, 1, 2, 1), (1, 1, 1, 1), (1, 9), (0, 2)),
]:
    record(
        "conv2d",
        [T(*shape), T(*weight)],
        lambda x, _: F.conv2d(x[0], x[1], stride=stride, padding=padding),
        stride=stride,
        padding=padding,
    )
    record(
        "conv2d",
        [T(*shape), T(*weight), T(weight[0])],
        lambda x, _: F.conv2d(x[0], x[1], x[2], stride=stride, padding=padding),
        stride=stride,
        padding=padding,
    )
    record(
        "unfold",
        [T(*shape)],
        lambda x, _: F.unfold(x[0], weight[2:], stride=stride, padding=padding).transpose(1, 2),
        kernel=weight[2:],
        stride=stride,
        padding=padding,
    )
record(
    "conv2d",
    [T(1, 6, 5, 3, view=[("transpose", 1, 3)]), T(2, 3, 2, 2)],
    lambda x, _: F.conv2d(x[0], x[1]),
    stride=(1, 1),
    padding=(0, 0),
)
for size in [(5, 7), (2, 2), (1, 1), (4, 9), (6, 3)]:
    for mode in ["nearest", "bilinear", "bilinearCorners"]:
        extra = {"align_corners": mode != "bilinear"} if mode != "nearest" else {}
        record(
            "interpolate",
            [T(2, 1, 4, 3)],
            lambda x, _: F.interpolate(x[0], size, mode=mode.removesuffix("Corners"), **extra),
            exact=False,
            tolerance=2e-6,
            size=size,
            mode=mode,
        )
record(
    "interpolate",
    [T(values=[[[[INF, 1.0], [NAN, -INF]]]])],
    lambda x, _: F.interpolate(x[0], (3, 4)).detach(),
    exact=True,
    size=(3, 4),
    mode="nearest",
)

# Attention.
for b, h, t, s, d, e in [
    (1, 1, 1, 1, 1, 1),
    (2, 2, 3, 5, 4, 4),
    (1, 2, 6, 4, 3, 5),
    (1, 1, 7, 7, 8, 8),
    (1, 1, 3, 17, 9, 9),
]:

    def qkv():
        return [T(b, h, t, d), T(b, h, s, d), T(b, h, s, e)]

    sdpa = F.scaled_dot_product_attention
    record("attention", qkv(), lambda x, _: sdpa(x[0], x[1], x[2]), tolerance=4e-6)
    record("attention", qkv(), lambda x, _: sdpa(x[0], x[1], x[2], is_causal=True), isCausal=True, tolerance=4e-6)
    record(
        "attention",
        qkv() + [T(t, s)],
        lambda x, _: sdpa(x[0], x[1], x[2], attn_mask=x[3].detach()),
        masked=True,
        tolerance=4e-6,
    )
    record("attention", qkv(), lambda x, _: sdpa(x[0], x[1], x[2], scale=0.25), scale=0.25, tolerance=4e-6)
partly = [[0.0, -INF, 0.0, 0.5, -INF]]
record(
    "attention",
    [
        T(2, 3, 2, 4, view=[("transpose", 1, 2)]),
        T(2, 5, 2, 4, view=[("transpose", 1, 2)]),
        T(2, 5, 2, 4, view=[("transpose", 1, 2)]),
        T(values=[[partly], [partly]]),
    ],
    lambda x, _: sdpa(x[0], x[1], x[2], attn_mask=x[3].detach().expand(2, 2, 3, 5)),
    masked=True,
    tolerance=4e-6,
)
record(
    "attention",
    [T(1, 1, 2, 4), T(1, 1, 3, 4), T(1, 1, 3, 4), T(values=[[0.0, 0.0, -INF], [-INF, -INF, -INF]])],
    lambda x, _: sdpa(x[0], x[1], x[2], attn_mask=x[3].detach()),
    masked=True,
    tolerance=4e-6,
)
record(
    "attention",
    [T(1, 2, 3, 4, view=[("expand", 2, 2, 3, 4)]), T(1, 1, 5, 4, view=[("expand", 2, 2, 5, 4)]), T(2, 2, 5, 4)],
    lambda x, _: sdpa(x[0], x[1], x[2]),
    tolerance=4e-6,
)

# Picking.
for table, ids in [((7, 3), [[1, 6, 1], [0, 1, 6]]), ((4,), [3, 3, 0]), ((3, 2, 5), [2]), ((5, 2), [[[4]]])]:
    record("embedding", [T(*table)], lambda x, i: x[0][i[0]], ids=[ids], exact=True)
record("embedding", [T(3, 7, view=[("transpose", 0, 1)])], lambda x, i: x[0][i[0]], ids=[[6, 0]], exact=True)
record("gather", [T(3, 5)], lambda x, i: x[0].gather(1, i[0]), ids=[[[0, 4], [4, 4], [2, 0]]], exact=True, dim=1)
record(
    "gather", [T(3, 5)], lambda x, i: x[0].gather(0, i[0]), ids=[[[0, 2, 1, 1, 2], [2, 2, 0, 0, 1]]], exact=True, dim=0
)
record(
    "gather",
    [T(3, 2, 2, view=[("transpose", 0, 2)])],
    lambda x, i: x[0].gather(-1, i[0]),
    ids=[[[[2], [0]], [[1], [1]]]],
    exact=True,
    dim=-1,
)
for dim in [0, 1, -1]:
    record("indexSelect", [T(3, 4, 5)], lambda x, i: x[0].index_select(dim, i[0]), ids=[[2, 0, 2]], exact=True, dim=dim)
record("oneHot", [], lambda x, i: F.one_hot(i[0], 5).float(), ids=[[4, 0, 3, 3]], exact=True, classes=5)

# Joining and cutting.
for dim in [0, 1, -1]:
    shapes = [[2, 3, 4], [2, 3, 4], [2, 3, 4]]
    for i, size in enumerate([1, 3, 2]):
        shapes[i][dim] = size
    record("cat", [T(*s) for s in shapes], lambda x, _: torch.cat(x, dim), exact=True, dim=dim)
    record(
        "stack",
        [T(3, 4), T(4, 3, view=[("transpose", 0, 1)]), T(1, 4, view=[("expand", 3, 4)])],
        lambda x, _: torch.stack(x, dim),
        exact=True,
        dim=dim,
    )
    record("split", [T(4, 5, 6)], lambda x, _: torch.split(x[0], 3, dim), exact=True, size=3, dim=dim)
    record("chunk", [T(3, 3, 6)], lambda x, _: torch.chunk(x[0], 3, dim), exact=True, pieces=3, dim=dim)
    record("slice", [T(4, 5, 3)], lambda x, _: x[0].narrow(dim, 1, 2), exact=True, range=[1, 3], dim=dim)
    record("slice", [T(4, 5, 3)], lambda x, _: x[0].narrow(dim, 2, 1), exact=True, range=[2, 3], dim=dim)
    for index in [0, 2, -1]:
        record("select", [T(4, 5, 3)], lambda x, _: x[0].select(dim, index), exact=True, index=index, dim=dim)
    record("flip", [T(2, 3, 4)], lambda x, _: x[0].flip([dim]), exact=True, dims=[dim])
record("splitSizes", [T(6, 2)], lambda x, _: torch.split(x[0], [1, 3, 2], 0), exact=True, sizes=[1, 3, 2], dim=0)
record("flip", [T(2, 3, 4)], lambda x, _: x[0].flip([0, -1]), exact=True, dims=[0, -1])
record("pad", [T(2, 3)], lambda x, _: F.pad(x[0], (1, 2)), exact=True, amounts=[[1, 1, 2]], value=0)
record(
    "pad",
    [T(2, 3, view=[("transpose", 0, 1)])],
    lambda x, _: F.pad(x[0], (1, 0, 2, 3), value=7.5),
    exact=True,
    amounts=[[-1, 1, 0], [0, 2, 3]],
    value=7.5,
)

# Views.
odd = [
    ((2, 3, 4), []),
    ((4, 3, 2), [("permute", 2, 1, 0)]),
    ((3, 5, 6), [("slice", 0, 1, 3), ("slice", 1, 2, 5), ("slice", 2, 1, 5)]),
]
for shape, view in odd:
    record("transpose", [T(*shape, view=view)], lambda x, _: x[0].transpose(0, -1), exact=True, dims=[0, -1])
    record("permute", [T(*shape, view=view)], lambda x, _: x[0].permute(1, -1, 0), exact=True, dims=[1, -1, 0])
    for to in [[24], [6, 4], [2, -1, 2], [2, 3, 1, 4], [4, 3, 2]]:
        record("reshape", [T(*shape, view=view)], lambda x, _: x[0].reshape(to), exact=True, sizes=to)
    record("flatten", [T(*shape, view=view)], lambda x, _: x[0].flatten(), exact=True, range=[0, -1])
    record("flatten", [T(*shape, view=view)], lambda x, _: x[0].flatten(1), exact=True, range=[1, -1])
    record("flatten", [T(*shape, view=view)], lambda x, _: x[0].flatten(0, 1), exact=True, range=[0, 1])
    record(
        "expand",
        [T(*shape, view=view)],
        lambda x, _: x[0].unsqueeze(1).expand(2, 5, -1, 4),
        exact=True,
        at=1,
        sizes=[2, 5, -1, 4],
    )
    record("contiguous", [T(*shape, view=view)], lambda x, _: x[0].contiguous(), exact=True)
record("expand", [T(3, 1)], lambda x, _: x[0].unsqueeze(0).expand(2, 2, 3, 4), exact=True, at=0, sizes=[2, 2, 3, 4])
record("squeeze", [T(3, 1, 2)], lambda x, _: x[0].squeeze(-2), exact=True, dim=-2)
record("unsqueeze", [T(3, 2)], lambda x, _: x[0].unsqueeze(-1), exact=True, dim=-1)
record("repeated", [T(2, 3)], lambda x, _: x[0].repeat(2, 3), exact=False, times=[2, 3])
record("repeated", [T(3, 1)], lambda x, _: x[0].repeat(2, 1, 4), exact=False, times=[2, 1, 4])
for shape in [(4, 4), (2, 3, 5), (5, 2)]:
    for diagonal in [0, 1, -1]:
        record("tril", [T(*shape)], lambda x, _: x[0].tril(diagonal), exact=True, diagonal=diagonal)
        record("triu", [T(*shape)], lambda x, _: x[0].triu(diagonal), exact=True, diagonal=diagonal)
record("tril", [T(values=[[1.0, INF], [NAN, -0.0]])], lambda x, _: x[0].tril(), exact=True, diagonal=0)

# Made without inputs.
record("linspace", [], lambda x, _: torch.linspace(-1, 2, 7, dtype=torch.float64), start=-1, end=2, count=7)
record("arange", [], lambda x, _: torch.arange(5).float(), exact=True, count=5)
record("eye", [], lambda x, _: torch.eye(3), exact=True, count=3)


# Random, after a seed. (On processors without AMD's or other non-MKL dropout PyTorch draws another mask.)
def seeded(function):
    def run(x, ids):
        torch.manual_seed(7)
        return function(x, ids)

    return run


for p in [0.1, 0.5, 0.0, 1.0]:
    record("dropout", [T(3, 11)], seeded(lambda x, _: F.dropout(x[0], p, True)), exact=True, seed=7, probability=p)
for shape in [[3], [5, 7], [4, 16]]:
    record("rand", [], seeded(lambda x, _: torch.rand(shape)), exact=True, seed=7, shape=shape)
    record("uniform", [], seeded(lambda x, _: torch.empty(shape).uniform_(-0.3, 0.7)), exact=True, seed=7, shape=shape)
    record("randn", [], seeded(lambda x, _: torch.randn(shape)), exact=True, seed=7, shape=shape)
    record("normal", [], seeded(lambda x, _: torch.empty(shape).normal_(1.5, 0.02)), exact=True, seed=7, shape=shape)
    record("bernoulli", [], seeded(lambda x, _: torch.empty(shape).bernoulli_(0.3)), exact=True, seed=7, shape=shape)
    record("randint", [], seeded(lambda x, _: torch.randint(-2, 9, shape)), exact=True, seed=7, shape=shape)
record("bernoulliOf", [T(3, 5, low=0, high=1)], seeded(lambda x, _: torch.bernoulli(x[0]).detach()), exact=True, seed=7)
record("randperm", [], seeded(lambda x, _: torch.randperm(13)), exact=True, seed=7, count=13)

# Where a norm or a deviation is 0 its slope is not defined: PyTorch's gradients are finite there.
record("l2Normalized", [T(values=[[0.0, 0.0, 0.0]])], lambda x, _: F.normalize(x[0], dim=-1), dim=-1)
record("l2Normalized", [T(values=[[0.0, 3.0], [0.0, 4.0]])], lambda x, _: F.normalize(x[0], dim=0), dim=0)
for unbiased in [True, False]:
    record(
        "standardDeviation",
        [T(values=[[0.5, 0.5, 0.5, 0.5], [1.0, 2.0, 3.0, 4.0]])],
        lambda x, _: x[0].std([1], unbiased=unbiased),
        dims=[1],
        keepDims=False,
        unbiased=unbiased,
    )
# No key to look at.
record("attention", [T(1, 2, 3, 4), T(1, 2, 0, 4), T(1, 2, 0, 5)], lambda x, _: sdpa(x[0], x[1], x[2]))
# Over everything, and of ids of any shape.
for name in ["argmax", "argmin"]:
    record(name + "All", [T(values=tied)], lambda x, _: getattr(x[0], name)(), exact=True)
record("oneHot", [], lambda x, i: F.one_hot(i[0], 3).float(), ids=[[[2, 0], [1, 1]]], exact=True, classes=3)

# Images whose channels come last.
for shape, weight, stride, padding in [
    ((2, 5, 6, 3), (4, 3, 3, 3), (1, 1), (1, 1)),
    ((1, 7, 5, 2), (9, 3, 3, 2), (2, 2), (1, 1)),
    ((2, 4, 6, 5), (3, 1, 1, 5), (1, 1), (0, 0)),
    ((1, 5, 4, 3), (2, 2, 3, 3), (2, 1), (0, 2)),
    ((1, 4, 4, 3), (2, 1, 1, 3), (2, 2), (0, 0)),
]:
    for bias in [[], [T(weight[0])]]:
        record(
            "conv2dChannelsLast",
            [T(*shape), T(*weight)] + bias,
            lambda x, _: F.conv2d(
                x[0].permute(0, 3, 1, 2), x[1].permute(0, 3, 1, 2), x[2] if len(x) > 2 else None, stride=stride,
                padding=padding,
            ).permute(0, 2, 3, 1),
            stride=stride,
            padding=padding,
        )
record(
    "conv2dChannelsLast",
    [T(1, 3, 5, 6, view=[("transpose", 1, 3)]), T(2, 2, 2, 3)],
    lambda x, _: F.conv2d(x[0].permute(0, 3, 1, 2), x[1].permute(0, 3, 1, 2)).permute(0, 2, 3, 1),
    stride=(1, 1),
    padding=(0, 0),
)
for shape, size in [((2, 4, 6, 3), 2), ((1, 7, 5, 8), 2), ((2, 3, 3, 17), 3), ((1, 2, 3, 4), 1)]:
    record(
        "avgPool2dChannelsLast",
        [T(*shape)],
        lambda x, _: F.avg_pool2d(x[0].permute(0, 3, 1, 2), size).permute(0, 2, 3, 1),
        size=size,
    )
record(
    "avgPool2dChannelsLast",
    [T(1, 3, 4, 6, view=[("transpose", 1, 3)])],
    lambda x, _: F.avg_pool2d(x[0].permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1),
    size=2,
)

write(os.path.join(os.path.dirname(os.path.abspath(__file__)), "operations.json"), {"cases": cases})
print(len(cases), "cases")
