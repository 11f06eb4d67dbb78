"""Makes a small random painter, and records what PyTorch computes with it in double precision: one step of a drawing.

    python make_dit.py                   # needs torch and safetensors; writes config, weights, inputs and record beside this
    python make_dit.py check             # computes from the weights beside this what is recorded, and compares
    python make_dit.py check DIR FILE    # the same for a painter in DIR, such as the shipped one, and the record FILE
    python make_dit.py record DIR FILE   # writes FILE for a painter in DIR; inputs come from a seed

transformers has no such model. So these lines are its description: CLIP's text tower (Radford et al. 2021), a Diffusion
Transformer (Peebles and Xie 2023, figure 3), guidance (Ho and Salimans 2022) and a step without fresh noise (Song et al. 2021,
equation 12). `clean`, `noise` and `earlier` are of the guided output.
"""

import json
import math
import os
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
ACTIVATIONS = {
    "gelu_pytorch_tanh": lambda x: F.gelu(x, approximate="tanh"), "gelu": F.gelu, "silu": F.silu,
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x)}


class Painter:
    def __init__(self, folder):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            self.settings = json.load(file)
        self.weights = {k: v.double() for k, v in load_file(os.path.join(folder, "model.safetensors")).items()}

    def linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def norm(self, x, name, epsilon):
        return F.layer_norm(x, x.shape[-1:], self.weights[name + ".weight"], self.weights[name + ".bias"], epsilon)

    @staticmethod
    def attention(q, k, v, heads, causal=False):
        q, k, v = (x.unflatten(-1, (heads, -1)).transpose(1, 2) for x in (q, k, v))  # [B, heads, T, width of a head]
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if causal:
            scores = scores + torch.full(scores.shape[-2:], -torch.inf, dtype=scores.dtype).triu(1)
        return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)

    def text(self, ids):
        """For each token its word and position, normalized, with the state there; and the state at the end of the text."""
        s = self.settings["text_config"]
        x = self.weights["text_encoder.embeddings.token_embedding.weight"][ids]
        x = x + self.weights["text_encoder.embeddings.position_embedding.weight"][: ids.shape[1]]
        words = F.layer_norm(x, x.shape[-1:], eps=s["layer_norm_eps"])
        for layer in range(s["num_hidden_layers"]):
            name = f"text_encoder.encoder.layers.{layer}."
            y = self.norm(x, name + "layer_norm1", s["layer_norm_eps"])
            q, k, v = (self.linear(y, f"{name}self_attn.{p}_proj") for p in "qkv")
            y = self.attention(q, k, v, s["num_attention_heads"], causal=True)
            x = x + self.linear(y, name + "self_attn.out_proj")
            y = self.linear(self.norm(x, name + "layer_norm2", s["layer_norm_eps"]), name + "mlp.fc1")
            x = x + self.linear(ACTIVATIONS[s["hidden_act"]](y), name + "mlp.fc2")
        x = self.norm(x, "text_encoder.final_layer_norm", s["layer_norm_eps"])
        end = (ids == s["eos_token_id"]).int().argmax(1)
        return torch.cat([words, x], -1), x[torch.arange(len(ids)), end]

    def time(self, times):
        half = self.settings["time_embedding_size"] // 2
        angles = 1000 * times[:, None] * 10000 ** (-torch.arange(half, dtype=torch.float64) / half)
        waves = torch.cat([angles.cos(), angles.sin()], 1)
        return self.linear(F.silu(self.linear(waves, "transformer.time.fc1")), "transformer.time.fc2")

    def positions(self):
        """Of row and column of each patch, row by row, cosines and sines."""
        side, count = self.settings["image_size"] // self.settings["patch_size"], self.settings["hidden_size"] // 4
        angles = torch.arange(side)[:, None] * 100 ** (-torch.arange(count, dtype=torch.float64) / count)
        waves = torch.cat([angles.cos(), angles.sin()], 1)  # [side, D/2]
        return torch.cat([waves.repeat_interleave(side, 0), waves.repeat(side, 1)], 1)

    def modulated(self, x, shift, scale):
        return F.layer_norm(x, x.shape[-1:], eps=self.settings["layer_norm_eps"]) * (1 + scale) + shift

    def output(self, noisy, times, text):
        s, act = self.settings, ACTIVATIONS[self.settings["hidden_act"]]
        (states, summary), (size, patch) = text, (s["image_size"], s["patch_size"])
        condition = F.silu(self.time(times) + self.linear(summary, "transformer.summary"))[:, None]  # [B, 1, V]
        patches = F.conv2d(
            noisy, self.weights["transformer.patches.weight"], self.weights["transformer.patches.bias"], stride=patch)
        patches = patches.flatten(2).transpose(1, 2) + self.positions()
        x = torch.cat([self.linear(states, "transformer.words"), patches], 1)  # [B, L + N, D]
        for layer in range(s["num_hidden_layers"]):
            name = f"transformer.layers.{layer}."
            shift1, scale1, gate1, shift2, scale2, gate2 = self.linear(condition, name + "modulation").chunk(6, -1)
            q, k, v = self.linear(self.modulated(x, shift1, scale1), name + "attention.qkv").chunk(3, -1)
            y = self.attention(q, k, v, s["num_attention_heads"])
            x = x + gate1 * self.linear(y, name + "attention.projection")
            y = act(self.linear(self.modulated(x, shift2, scale2), name + "mlp.fc1"))
            x = x + gate2 * self.linear(y, name + "mlp.fc2")
        x = x[:, states.shape[1]:]
        shift, scale = self.linear(condition, "transformer.modulation").chunk(2, -1)
        y = self.linear(self.modulated(x, shift, scale), "transformer.output")  # [B, N, C·P·P]
        return F.fold(y.transpose(1, 2), size, patch, stride=patch)

    def shares(self, time):
        """Of picture and noise at a time, and how they change."""
        if self.settings["noise_schedule"] == "linear":
            return 1 - time, time, -1.0, 1.0
        signal, noise = math.cos(time * math.pi / 2), math.sin(time * math.pi / 2)
        return signal, noise, -noise, signal

    def estimate(self, output, noisy, time):
        signal, noise, signal_rate, noise_rate = self.shares(time)
        if self.settings["prediction_type"] == "velocity":
            return noise_rate * noisy - noise * output, signal * output - signal_rate * noisy
        if self.settings["prediction_type"] == "noise":
            return (noisy - noise * output) / max(signal, 1e-3), output
        return output, (noisy - signal * output) / max(noise, 1e-3)

    def step(self, clean, noisy, time, earlier):
        clean = clean.clamp(-1, 1)
        epsilon = (noisy - self.shares(time)[0] * clean) / max(self.shares(time)[1], 1e-3)
        return self.shares(earlier)[0] * clean + self.shares(earlier)[1] * epsilon


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def summary(tensor):
    flat = tensor.double().flatten()
    return dict(
        shape=list(tensor.shape), sum=rounded([flat.sum()])[0], l2=rounded([flat.norm()])[0],
        absmax=rounded([flat.abs().max()])[0], **{"data" if len(flat) <= 400 else "first": rounded(flat[:400].tolist())})


def computed(folder, noisy, ids, time, earlier, guidance):
    painter = Painter(folder)
    noisy, ids = noisy.double(), torch.tensor(ids)
    s = painter.settings
    empty = torch.full_like(ids, s["text_config"]["eos_token_id"])
    empty[:, 0] = s["text_config"]["bos_token_id"]
    times = torch.full((len(ids),), time, dtype=torch.float64)
    text = painter.text(ids)
    led = painter.output(noisy, times, text)
    guided = painter.output(noisy, times, painter.text(empty))
    guided = guided + guidance * (led - guided)
    clean, epsilon = painter.estimate(guided, noisy, time)
    earlier = painter.step(clean, noisy, time, earlier)
    return dict(
        text_states=summary(text[0]), text_summary=summary(text[1]), output=summary(led), guided=summary(guided),
        clean=summary(clean), noise=summary(epsilon), earlier=summary(earlier))


def record(folder, file, seed):
    torch.manual_seed(seed)
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as text:
        s = json.load(text)
    t, length = s["text_config"], s["text_length"]
    rows = [torch.randint(0, min(t["bos_token_id"], t["vocab_size"]), (n,)).tolist() for n in (5, length - 2)]
    ids = [[t["bos_token_id"], *row] + [t["eos_token_id"]] * (length - 1 - len(row)) for row in rows]
    noisy = torch.randn(2, s["num_channels"], s["image_size"], s["image_size"])
    name = os.path.basename(file).replace("expected.json", "inputs.safetensors").replace(".json", ".safetensors")
    save_file({"pixel_values": noisy}, os.path.join(os.path.dirname(file), name))
    inputs = dict(
        pixel_values=dict(file=name, tensor="pixel_values", shape=list(noisy.shape)),
        input_ids=dict(shape=[2, length], data=[i for row in ids for i in row]),
        args=dict(time=0.7, earlier=0.6, guidance=1.5))
    results = computed(folder, noisy, ids, 0.7, 0.6, 1.5)
    with open(file, "w", encoding="utf-8") as out:
        out.write(json.dumps(inputs | {k + "_fp64": v for k, v in results.items()}, indent=1) + "\n")


def check(folder, file):
    with open(file, encoding="utf-8") as text:
        expected = json.load(text)
    noisy = load_file(os.path.join(os.path.dirname(file), expected["pixel_values"]["file"]))["pixel_values"]
    length = expected["input_ids"]["shape"][1]
    flat = expected["input_ids"]["data"]
    ids = [flat[i: i + length] for i in range(0, len(flat), length)]
    results = computed(folder, noisy, ids, **expected["args"])
    worst = 0.0
    for name, ours in results.items():
        theirs = expected[name + "_fp64"]
        key = "data" if "data" in theirs else "first"
        difference = max(abs(a - b) for a, b in zip(ours[key], theirs[key], strict=True))
        print(f"{name}: {difference:.1e}")
        worst = max(worst, difference)
    sys.exit(0 if worst <= 1e-6 else 1)


def make():
    """Weights wider than a new model's, so that mistakes show, and none zero."""
    settings = dict(
        architectures=["DiTPainterModel"], model_type="dit-scenes", image_size=8, patch_size=2, num_channels=3,
        hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, conditioning_size=16,
        time_embedding_size=12, hidden_act="gelu_pytorch_tanh", layer_norm_eps=1e-6, noise_schedule="cosine",
        prediction_type="velocity", text_length=9, known_words=[],
        text_config=dict(
            model_type="clip_text_model", vocab_size=50, hidden_size=20, intermediate_size=28, projection_dim=16,
            num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=12, hidden_act="quick_gelu",
            layer_norm_eps=1e-5, bos_token_id=48, eos_token_id=49, pad_token_id=49))
    with open(os.path.join(HERE, "config.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps(settings, indent=2) + "\n")
    d, v, t, e, m = 24, 16, 12, 20, 40
    shapes = {"patches.weight": [d, 3, 2, 2], "patches.bias": [d]}
    linear = {"words": (2 * e, d), "time.fc1": (t, v), "time.fc2": (v, v), "summary": (e, v)}
    for i in range(2):
        linear |= {
            f"layers.{i}.modulation": (v, 6 * d), f"layers.{i}.attention.qkv": (d, 3 * d),
            f"layers.{i}.attention.projection": (d, d), f"layers.{i}.mlp.fc1": (d, m), f"layers.{i}.mlp.fc2": (m, d)}
    linear |= {"modulation": (v, 2 * d), "output": (d, 12)}
    for name, (inputs, outputs) in linear.items():
        shapes |= {f"{name}.weight": [outputs, inputs], f"{name}.bias": [outputs]}
    shapes = {f"transformer.{k}": s for k, s in shapes.items()}
    text = {"embeddings.token_embedding.weight": [50, e], "embeddings.position_embedding.weight": [12, e]}
    for i in range(2):
        for name in ["layer_norm1", "layer_norm2"]:
            text |= {f"encoder.layers.{i}.{name}.weight": [e], f"encoder.layers.{i}.{name}.bias": [e]}
        for name, (a, b) in {"mlp.fc1": (e, 28), "mlp.fc2": (28, e)}.items() | {
                (f"self_attn.{p}_proj", (e, e)) for p in ["q", "k", "v", "out"]}:
            text |= {f"encoder.layers.{i}.{name}.weight": [b, a], f"encoder.layers.{i}.{name}.bias": [b]}
    text |= {"final_layer_norm.weight": [e], "final_layer_norm.bias": [e]}
    shapes |= {f"text_encoder.{k}": s for k, s in text.items()}
    torch.manual_seed(13)
    weights = {}
    for name in sorted(shapes):
        noise = torch.randn(shapes[name])
        one = "norm" in name and name.endswith("weight")
        weights[name] = noise * 0.25 if noise.dim() > 1 else noise * 0.1 + one
    save_file(weights, os.path.join(HERE, "model.safetensors"))
    record(HERE, os.path.join(HERE, "expected.json"), 14)


if __name__ == "__main__":
    torch.set_num_threads(1)
    arguments = sys.argv[1:]
    if not arguments:
        make()
    elif arguments == ["check"]:
        check(HERE, os.path.join(HERE, "expected.json"))
    elif arguments[0] == "check" and len(arguments) == 3:
        check(*arguments[1:])
    elif arguments[0] == "record" and len(arguments) == 3:
        record(*arguments[1:], 15)
    else:
        sys.exit(__doc__)
