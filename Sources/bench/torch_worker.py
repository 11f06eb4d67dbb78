"""The benchmark's workloads in PyTorch: the other side of `bench --torch`.

Arguments: the number of threads, the kind of work and its sizes. Standard input then carries one order a line:
`run N` does the work N times and answers with the seconds it took, `memory` answers with the peak in bytes.
"""

import resource
import sys
import time

try:
    import torch
except ImportError:
    print("error: this Python has no PyTorch (import torch fails)", flush=True)
    sys.exit(1)

from torch import nn
from torch.nn import functional


class VisionTransformer(nn.Module):
    """What Sources/Models/VisionTransformer.swift computes, of PyTorch's own parts."""

    def __init__(self, image_size, patch_size, channels, classes, width, depth, heads, hidden, dropout):
        super().__init__()
        self.projection = nn.Conv2d(channels, width, patch_size, stride=patch_size)
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.zeros(1, (image_size // patch_size) ** 2 + 1, width))
        self.dropout = nn.Dropout(dropout)
        self.encoder = encoder(width, depth, heads, hidden, dropout)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, images):
        patches = self.projection(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(images), -1, -1), patches], dim=1)
        return self.head(self.norm(self.encoder(self.dropout(tokens + self.positions))[:, 0]))


class SimpleCLIP(nn.Module):
    """What Sources/Models/SimpleCLIP.swift computes."""

    def __init__(self, width, words, length, image_size, patch_size, heads, depth, hidden):
        super().__init__()
        self.projection = nn.Conv2d(3, width, patch_size, stride=patch_size)
        self.image_encoder = encoder(width, depth, heads, hidden, 0.1, "relu")
        self.image_projection = nn.Linear(width, width)
        self.embedding = nn.Embedding(words, width)
        self.positions = nn.Parameter(torch.zeros(1, length, width))
        self.text_encoder = encoder(width, depth, heads, hidden, 0.1, "relu")
        self.text_projection = nn.Linear(width, width)
        self.logit_scale = nn.Parameter(torch.tensor(1 / 0.07).log())

    def forward(self, images, ids):
        patches = self.projection(images).flatten(2).transpose(1, 2)
        image = functional.normalize(self.image_projection(self.image_encoder(patches).mean(dim=1)), dim=-1)
        tokens = self.embedding(ids) + self.positions[:, :ids.shape[1]]
        text = functional.normalize(self.text_projection(self.text_encoder(tokens)[:, 0]), dim=-1)
        return self.logit_scale.exp() * image @ text.T


def encoder(width, depth, heads, hidden, dropout, activation="gelu"):
    layer = nn.TransformerEncoderLayer(width, heads, hidden, dropout=dropout, activation=activation, batch_first=True)
    return nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)


def matmul(rows, depth, columns):
    return product(torch.randn(rows, depth), torch.randn(depth, columns))


def batched(count, rows, depth, columns):
    return product(torch.randn(count, rows, depth), torch.randn(count, depth, columns))


def scores(count, rows, depth, columns):
    return product(torch.randn(count, rows, depth), torch.randn(count, columns, depth).transpose(-2, -1))


def product(a, b):
    return without_gradients(lambda: a @ b)


def linear(rows, depth, columns):
    x, weight, bias = torch.randn(rows, depth), torch.randn(columns, depth), torch.randn(columns)
    return without_gradients(lambda: functional.linear(x, weight, bias))


def without_gradients(work):
    def run():
        with torch.no_grad():
            work()

    return run


def forward(batch, dropout, *sizes):
    model = VisionTransformer(*sizes, dropout / 100).eval()
    images = torch.randn(batch, sizes[2], sizes[0], sizes[0])
    return without_gradients(lambda: model(images))


def gradients(batch, dropout, *sizes):
    model = VisionTransformer(*sizes, dropout / 100)
    images = torch.randn(batch, sizes[2], sizes[0], sizes[0])
    labels = torch.zeros(batch, dtype=torch.long)

    def run():
        model.zero_grad()
        functional.cross_entropy(model(images), labels).backward()

    return run


def step(batch, tokens, width, depth, heads, hidden, dropout):
    model = encoder(width, depth, heads, hidden, dropout / 100)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    x = torch.randn(batch, tokens, width)

    def run():
        optimiser.zero_grad()
        y = model(x)
        (y * y).mean().backward()
        optimiser.step()

    return run


def clip_step(pairs, *sizes):
    model = SimpleCLIP(*sizes)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    images = torch.randn(pairs, 3, sizes[3], sizes[3])
    ids = torch.randint(0, sizes[1], (pairs, sizes[2]))
    labels = torch.arange(pairs)

    def run():
        optimiser.zero_grad()
        logits = model(images, ids)
        ((functional.cross_entropy(logits, labels) + functional.cross_entropy(logits.T, labels)) / 2).backward()
        optimiser.step()

    return run


def epoch(count, batch, dropout, *sizes):
    model = VisionTransformer(*sizes, dropout / 100)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    images = torch.rand(count, sizes[2], sizes[0], sizes[0])
    labels = torch.arange(count) % 10

    def run():
        order = torch.randperm(count)
        for start in range(0, count - batch + 1, batch):
            part = order[start : start + batch]
            optimiser.zero_grad()
            functional.cross_entropy(model(images[part]), labels[part]).backward()
            optimiser.step()

    return run


def peak_bytes():
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def main():
    threads, kind, *sizes = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    works = [matmul, batched, scores, linear, forward, gradients, clip_step, step, epoch]
    work = {work.__name__: work for work in works}[kind](*map(int, sizes))
    print("ready", flush=True)
    for line in sys.stdin:
        order = line.split()
        if order[0] == "memory":
            print(peak_bytes(), flush=True)
            continue
        start = time.perf_counter()
        for _ in range(int(order[1])):
            work()
        print(time.perf_counter() - start, flush=True)


main()
