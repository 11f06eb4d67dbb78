"""Records what PyTorch's layers, losses, optimizers, schedules and initial values are, for LayersTests.

Run it with PyTorch 2.x; it writes layers.json beside itself. Parameters are recorded by their names, after noise was
added to them so that none is a plain 0 or 1.
"""

import os
import zlib

import torch
import torch.nn.functional as F
from torch import nn

from fixture import Input as T
from fixture import backward, encode, random, weighting, write

layers, losses, optimizers, schedules, initial = [], [], [], [], []
TOLERANCE = 4e-6


def record(name, module, inputs, call=lambda m, x, i: m(*x), ids=(), masks=(), **arguments):
    """A layer's result and gradients, in evaluation mode and double precision."""
    module = module.eval()
    with torch.no_grad():
        for p in module.parameters():
            p.add_(torch.tensor(random.standard_normal(p.shape).astype("float32")) * 0.1)
    parameters = {name: encode(p) for name, p in module.named_parameters()}
    module = module.double()
    leaves = [i.leaf.double().requires_grad_() for i in inputs]
    indices = [torch.tensor(i) for i in ids]
    # PyTorch's fast path for inference needs no gradients; with gradients the layers run as they are written.
    output = call(
        module, [i.apply(leaf) for i, leaf in zip(inputs, leaves)] + [m.leaf.double() for m in masks], indices
    )
    backward([output])
    layers.append(
        {
            "op": name,
            "arguments": arguments,
            "inputs": [i.encoded() for i in inputs] + [m.encoded() for m in masks],
            "ids": [encode(i) for i in indices],
            "outputs": [encode(output)],
            "tolerance": TOLERANCE,
            "gradients": [encode(leaf.grad) for leaf in leaves] + [None for _ in masks],
            "parameters": parameters,
            "parameterGradients": {name: encode(p.grad) for name, p in module.named_parameters()},
        }
    )


record("Linear", nn.Linear(5, 3), [T(2, 4, 5)], sizes=[5, 3], bias=True)
record("Linear", nn.Linear(9, 17, bias=False), [T(9)], sizes=[9, 17], bias=False)
record("Conv2d", nn.Conv2d(3, 4, 2, stride=2), [T(2, 3, 6, 5)], sizes=[3, 4, 2], stride=2, padding=0, bias=True)
record(
    "Conv2d",
    nn.Conv2d(2, 3, 3, padding=1, bias=False),
    [T(1, 2, 4, 5)],
    sizes=[2, 3, 3],
    stride=1,
    padding=1,
    bias=False,
)
record("Embedding", nn.Embedding(7, 3), [], lambda m, x, i: m(i[0]), ids=[[[1, 6, 1], [0, 0, 3]]], sizes=[7, 3])
record(
    "Embedding",
    nn.Embedding(5, 4, padding_idx=2),
    [],
    lambda m, x, i: m(i[0]),
    ids=[[2, 1, 2, 4]],
    sizes=[5, 4],
    paddingIndex=2,
)
record("LayerNorm", nn.LayerNorm(13), [T(2, 3, 13, spread=2)], sizes=[13])
record("LayerNorm", nn.LayerNorm(6, eps=1e-3), [T(6)], sizes=[6], epsilon=1e-3)


def attend(m, x, i, **more):
    return m(x[0], x[0], x[0], need_weights=False, **more)[0]


INF = float("inf")
causal = [[0.0 if s <= t else -INF for s in range(5)] for t in range(5)]
mask = [[0.0, -INF, 0.5, 0.0, -1.0]]
record("MultiheadAttention", nn.MultiheadAttention(6, 2, batch_first=True), [T(2, 5, 6)], attend, sizes=[6, 2])
record(
    "MultiheadAttention",
    nn.MultiheadAttention(8, 1, batch_first=True),
    [T(5, 2, 8, view=[("transpose", 0, 1)])],
    lambda m, x, i: attend(m, x, i, attn_mask=torch.tensor(causal).double()),
    sizes=[8, 1],
    isCausal=True,
)
record(
    "MultiheadAttention",
    nn.MultiheadAttention(6, 3, batch_first=True),
    [T(2, 5, 6)],
    lambda m, x, i: attend(m, x, i, attn_mask=x[1].expand(5, 5)),
    masks=[T(values=mask)],
    sizes=[6, 3],
    masked=True,
)
record(
    "CrossAttention",
    nn.MultiheadAttention(6, 2, batch_first=True),
    [T(2, 3, 6), T(2, 5, 6)],
    lambda m, x, i: m(x[0], x[1], x[1], need_weights=False)[0],
    sizes=[6, 2],
)
record(
    "CrossAttention",
    nn.MultiheadAttention(6, 2, batch_first=True),
    [T(2, 3, 6), T(2, 5, 6)],
    lambda m, x, i: m(x[0], x[1], x[1], need_weights=False, attn_mask=x[2].expand(3, 5))[0],
    masks=[T(values=mask)],
    sizes=[6, 2],
    masked=True,
)
for activation in ["relu", "gelu"]:
    for norm_first in [False, True]:
        options = {"activation": activation, "norm_first": norm_first, "batch_first": True}
        given = {"activation": activation, "normFirst": norm_first}
        record(
            "TransformerEncoderLayer",
            nn.TransformerEncoderLayer(6, 2, 7, **options),
            [T(2, 3, 6)],
            sizes=[6, 2, 7],
            **given,
        )
        record(
            "TransformerDecoderLayer",
            nn.TransformerDecoderLayer(6, 2, 7, **options),
            [T(2, 5, 6), T(2, 4, 6)],
            lambda m, x, i: m(x[0], x[1], tgt_mask=torch.tensor(causal).double()),
            sizes=[6, 2, 7],
            isCausal=True,
            **given,
        )
record(
    "TransformerEncoderLayer",
    nn.TransformerEncoderLayer(6, 2, 7, layer_norm_eps=1e-3, batch_first=True),
    [T(2, 5, 6)],
    lambda m, x, i: m(x[0], src_mask=x[1].expand(5, 5)),
    masks=[T(values=mask)],
    sizes=[6, 2, 7],
    masked=True,
    activation="relu",
    normFirst=False,
    epsilon=1e-3,
)
record(
    "TransformerEncoder",
    nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 5, batch_first=True), 3),
    [T(2, 3, 4)],
    sizes=[4, 2, 5, 3],
)
record(
    "TransformerEncoder",
    nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 5, batch_first=True), 2),
    [T(2, 5, 4)],
    lambda m, x, i: m(x[0], mask=torch.tensor(causal).double()),
    sizes=[4, 2, 5, 2],
    isCausal=True,
)
record(
    "Sequential",
    nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.LayerNorm(6), nn.Dropout(0.3), nn.Linear(6, 2)),
    [T(3, 4)],
)

# Losses.
scores = [[1.5, -2.0, 0.5, 3.0], [0.0, 0.0, 0.0, 0.0], [-50.0, 60.0, 1.0, 2.0], [2.0, 1.0, 0.25, -1.0]]


def loss(name, inputs, function, ids=(), **arguments):
    leaves = [i.leaf.double().requires_grad_() for i in inputs]
    output = function(leaves, [torch.tensor(i) for i in ids])
    backward([output])
    losses.append(
        {
            "op": name,
            "arguments": arguments,
            "inputs": [i.encoded() for i in inputs],
            "ids": [encode(torch.tensor(i)) for i in ids],
            "outputs": [encode(output)],
            "gradients": [encode(leaf.grad) for leaf in leaves],
            "tolerance": TOLERANCE,
        }
    )


for labels in [[3, 0, 1, 2], [0, -100, 0, -100]]:
    for smoothing in [0.0, 0.1]:
        loss(
            "crossEntropy",
            [T(values=scores)],
            lambda x, i: F.cross_entropy(x[0], i[0], label_smoothing=smoothing),
            ids=[labels],
            labelSmoothing=smoothing,
        )
loss(
    "crossEntropy",
    [T(values=scores)],
    lambda x, i: F.cross_entropy(x[0], i[0], ignore_index=2),
    ids=[[2, 2, 3, 0]],
    ignoreIndex=2,
)
loss("crossEntropy", [T(values=scores)], lambda x, i: F.cross_entropy(x[0], i[0]), ids=[[-100, -100, -100, -100]])
loss(
    "binaryCrossEntropyWithLogits",
    [T(values=scores), T(4, 4, low=0, high=1)],
    lambda x, i: F.binary_cross_entropy_with_logits(x[0], x[1]),
)
loss("meanSquaredError", [T(3, 5), T(3, 5)], lambda x, i: F.mse_loss(x[0], x[1]))


# Optimizers: six steps; the gradient of each is recorded, the third is missing for the second parameter.
def optimiser(name, make, shapes=((3, 5), (4,)), **arguments):
    start = [torch.tensor(random.standard_normal(s).astype("float32")) for s in shapes]
    parameters = [nn.Parameter(p.clone()) for p in start]
    chosen = make(parameters)
    steps = []
    for step in range(6):
        gradients = [
            torch.tensor((random.standard_normal(p.shape) * 10.0 ** (step - 3)).astype("float32")) for p in start
        ]
        for p, g in zip(parameters, gradients):
            p.grad = g.clone()
        if step == 2:
            parameters[1].grad = None
        if step == 4:
            for group in chosen.param_groups:
                group["lr"] *= 0.5
        chosen.step()
        steps.append({"gradients": [encode(g) for g in gradients], "values": [encode(p) for p in parameters]})
    optimizers.append({"name": name, "arguments": arguments, "start": [encode(p) for p in start], "steps": steps})


optimiser("AdamW", lambda p: torch.optim.AdamW(p, lr=0.01), learningRate=0.01)
optimiser(
    "AdamW",
    lambda p: torch.optim.AdamW(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.2),
    learningRate=0.05,
    beta1=0.8,
    beta2=0.95,
    epsilon=1e-6,
    weightDecay=0.2,
)
optimiser("SGD", lambda p: torch.optim.SGD(p, lr=0.1), learningRate=0.1)
optimiser("SGD", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), learningRate=0.1, momentum=0.9)
optimiser(
    "SGD",
    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05),
    learningRate=0.1,
    momentum=0.9,
    isNesterov=True,
    weightDecay=0.05,
)
optimiser(
    "SGD",
    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, dampening=0.3, weight_decay=0.01),
    learningRate=0.1,
    momentum=0.8,
    dampening=0.3,
    weightDecay=0.01,
)
clipping = []
for max_norm in [0.5, 1000.0]:
    parameters = [nn.Parameter(torch.zeros(s)) for s in [(3, 5), (4,)]]
    for p in parameters:
        p.grad = torch.tensor(random.standard_normal(p.shape).astype("float32"))
    before = [encode(p.grad) for p in parameters]
    norm = nn.utils.clip_grad_norm_(parameters, max_norm)
    clipping.append(
        {"maxNorm": max_norm, "before": before, "norm": norm.item(), "after": [encode(p.grad) for p in parameters]}
    )


# Schedules: the rate of every step.
def schedule(name, make, count, peak, **arguments):
    chosen = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=peak)
    follower = make(chosen)
    rates = []
    for _ in range(count):
        rates.append(chosen.param_groups[0]["lr"])
        chosen.step()
        if len(rates) < count:
            follower.step()
    schedules.append({"name": name, "arguments": {"peak": peak} | arguments, "rates": rates})


rate = torch.optim.lr_scheduler
schedule("CosineAnnealing", lambda o: rate.CosineAnnealingLR(o, 10), 11, 0.1, steps=10)
schedule("CosineAnnealing", lambda o: rate.CosineAnnealingLR(o, 7, eta_min=0.01), 8, 0.3, steps=7, final=0.01)
schedule("OneCycle", lambda o: rate.OneCycleLR(o, 0.1, total_steps=20), 20, 0.1, totalSteps=20)
schedule(
    "OneCycle",
    lambda o: rate.OneCycleLR(o, 0.02, total_steps=13, pct_start=0.45, div_factor=10, final_div_factor=100),
    13,
    0.02,
    totalSteps=13,
    risingShare=0.45,
    divideFactor=10,
    finalDivideFactor=100,
)
# A linear warm-up from peak / n, then the cosine, as one chains them in PyTorch.
schedule(
    "WarmupCosine",
    lambda o: rate.SequentialLR(
        o,
        [rate.LinearLR(o, start_factor=1 / 4, total_iters=3), rate.CosineAnnealingLR(o, 11, eta_min=0.001)],
        milestones=[4],
    ),
    15,
    0.1,
    warmupSteps=4,
    totalSteps=15,
    final=0.001,
)


# Initial values after a seed.
def initialise(name, make, **arguments):
    torch.manual_seed(3)
    module = make()
    after = torch.rand(1)
    initial.append(
        {
            "name": name,
            "arguments": arguments,
            "next": encode(after),
            "parameters": [
                {
                    "name": n,
                    "shape": list(p.shape),
                    "crc32": f"{zlib.crc32(p.detach().numpy().astype('<f4').tobytes()):08x}",
                }
                for n, p in module.named_parameters()
            ],
        }
    )


initialise("Linear", lambda: nn.Linear(5, 3), sizes=[5, 3], bias=True)
initialise("Linear", lambda: nn.Linear(100, 30, bias=False), sizes=[100, 30], bias=False)
initialise("Conv2d", lambda: nn.Conv2d(3, 8, 4), sizes=[3, 8, 4], stride=1, padding=0, bias=True)
initialise("Embedding", lambda: nn.Embedding(11, 5), sizes=[11, 5])
initialise("Embedding", lambda: nn.Embedding(3, 2, padding_idx=1), sizes=[3, 2], paddingIndex=1)
initialise("LayerNorm", lambda: nn.LayerNorm(7), sizes=[7])
initialise("MultiheadAttention", lambda: nn.MultiheadAttention(12, 3), sizes=[12, 3])
initialise(
    "TransformerEncoderLayer",
    lambda: nn.TransformerEncoderLayer(8, 2, 20),
    sizes=[8, 2, 20],
    activation="relu",
    normFirst=False,
)
initialise(
    "TransformerDecoderLayer",
    lambda: nn.TransformerDecoderLayer(8, 2, 20),
    sizes=[8, 2, 20],
    activation="relu",
    normFirst=False,
)
initialise(
    "TransformerEncoder", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 20), 3), sizes=[8, 2, 20, 3]
)
initialise(
    "Sequential", lambda: nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.LayerNorm(6), nn.Dropout(0.3), nn.Linear(6, 2))
)


# Dropout in training: the draws of whole layers in their order, after a seed.
training = []


def train(name, make, inputs, call, **arguments):
    torch.manual_seed(3)
    module = make()
    leaves = [i.leaf.clone().requires_grad_() for i in inputs]
    output = call(module, [i.apply(leaf) for i, leaf in zip(inputs, leaves)])
    backward([output])
    training.append(
        {
            "op": name,
            "arguments": arguments,
            "inputs": [i.encoded() for i in inputs],
            "outputs": [encode(output)],
            "gradients": [encode(leaf.grad) for leaf in leaves],
            "tolerance": 5e-6,
        }
    )


for norm_first in [False, True]:
    options = {"batch_first": True, "dropout": 0.3, "norm_first": norm_first}
    train(
        "TransformerEncoderLayer",
        lambda: nn.TransformerEncoderLayer(8, 2, 12, **options),
        [T(2, 5, 8)],
        lambda m, x: m(x[0]),
        sizes=[8, 2, 12],
        dropout=0.3,
        activation="relu",
        normFirst=norm_first,
    )
    train(
        "TransformerDecoderLayer",
        lambda: nn.TransformerDecoderLayer(8, 2, 12, **options),
        [T(2, 5, 8), T(2, 3, 8)],
        lambda m, x: m(x[0], x[1]),
        sizes=[8, 2, 12],
        dropout=0.3,
        activation="relu",
        normFirst=norm_first,
    )
train(
    "Sequential",
    lambda: nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.LayerNorm(6), nn.Dropout(0.3), nn.Linear(6, 2)),
    [T(3, 4)],
    lambda m, x: m(x[0]),
)

# Muon, whose program is run in float64 where it is written for bfloat16, which has 8 significant bits.
bfloat16, torch.bfloat16 = torch.bfloat16, torch.float64
for arguments in [{"learningRate": 0.02}, {"learningRate": 0.05, "momentum": 0.8, "weightDecay": 0.02, "isPlain": True}]:
    optimiser(
        "Muon",
        lambda p: torch.optim.Muon(
            p,
            lr=arguments["learningRate"],
            momentum=arguments.get("momentum", 0.95),
            weight_decay=arguments.get("weightDecay", 0.1),
            nesterov="isPlain" not in arguments,
            adjust_lr_fn="match_rms_adamw" if "isPlain" in arguments else None,
        ),
        shapes=((3, 5), (6, 4)),
        **arguments,
    )
torch.bfloat16 = bfloat16
write(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.json"),
    {
        "layers": layers,
        "losses": losses,
        "optimizers": optimizers,
        "clipping": clipping,
        "schedules": schedules,
        "initial": initial,
        "training": training,
    },
)
