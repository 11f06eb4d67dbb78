"""Writes the reference values of the random-number tests beside this script, from PyTorch on x86-64 with AVX2.

    python make_random_reference.py NOTEBOOK.txt

NOTEBOOK.txt is the text of the course's PyTorch notebook; the classes VisionTransformer and SimpleCLIP are taken from it.

- notebook_parameter_crc32.json: of each parameter (by its state_dict name) of VisionTransformer(n_classes=10) and of
  SimpleCLIP(), each made after torch.manual_seed(0): shape and CRC-32 of its little-endian float32 bytes.
- generator_reference.json: CRC-32 of torch.get_rng_state() along a stream, integers, masks and normals that
  rng_vectors.json does not hold.
"""
import json, math, pathlib, re, sys, zlib
import torch, torch.nn as nn, torch.nn.functional as F

HERE = pathlib.Path(__file__).parent


def crc(tensor):
    return "%08x" % zlib.crc32(tensor.detach().contiguous().numpy().tobytes())


def bits(tensor):
    return ["%08x" % (b & 0xFFFFFFFF) for b in tensor.contiguous().view(torch.int32).flatten().tolist()]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1) + "\n")


def notebook_classes(path):
    """Runs the notebook's class definitions: from `class` to the next line that is not indented."""
    text = pathlib.Path(path).read_text(encoding="utf8")
    scope = {"torch": torch, "nn": nn, "F": F, "math": math}
    for name in ("PatchEmbedding", "VisionTransformer", "SimpleCLIP"):
        match = re.search(rf"^class {name}\b.*\n(?:[ \t].*\n|[ \t]*\n)*", text, re.MULTILINE)
        exec(match.group(0), scope)
    return scope


def parameters(make):
    torch.manual_seed(0)
    model = make()
    return {k: {"shape": list(v.shape), "crc32": crc(v)} for k, v in model.state_dict().items()}


def states():
    """The state after each of a few fills of one generator."""
    generator = torch.Generator()
    result = []

    def record(step):
        state = generator.get_state()
        result.append({"after": step, "crc32": crc(state), "initialSeed": str(generator.initial_seed())})

    record("nothing")
    generator.manual_seed(0)
    record("manual_seed(0)")
    torch.rand(1, generator=generator)
    record("rand(1)")
    torch.rand(623, generator=generator)
    record("rand(623)")
    torch.randn(3, generator=generator)
    record("randn(3)")
    torch.randn(20, generator=generator)
    record("randn(20)")
    torch.randn(2, generator=generator)
    record("randn(2)")
    generator.manual_seed(-3)
    record("manual_seed(-3)")
    return result


def seeded(function):
    """What a function gives after manual_seed(0), and the bits of a uniform number drawn next: how far it drew."""
    torch.manual_seed(0)
    value = function()
    return value, bits(torch.rand(1))[0]


def floats(call, function):
    value, after = seeded(function)
    return {"call": call, "count": value.numel(), "crc32": crc(value), "nextRandBits": after}


def integers(call, function):
    value, after = seeded(function)
    return {"call": call, "values": [str(v) for v in value.tolist()], "nextRandBits": after}


def main():
    scope = notebook_classes(sys.argv[1])
    write("notebook_parameter_crc32.json", {
        "torch": torch.__version__,
        "seed": "torch.manual_seed(0) before each constructor",
        "VisionTransformer(n_classes=10)": parameters(lambda: scope["VisionTransformer"](n_classes=10)),
        "SimpleCLIP()": parameters(lambda: scope["SimpleCLIP"]()),
    })
    width = (1 << 28) - 1
    write("generator_reference.json", {
        "torch": torch.__version__,
        "states": states(),
        "spareAcrossCalls": [
            v for t in seeded(lambda: torch.cat([torch.randn(3), torch.randn(20), torch.randn(2)]))[:1] for v in bits(t)],
        "integers": [
            integers("randint(0, 2**28 - 1, (6,))", lambda: torch.randint(0, width, (6,))),
            integers("randint(0, 2**28, (6,))", lambda: torch.randint(0, 1 << 28, (6,))),
            integers("randint(-5, 7, (20,))", lambda: torch.randint(-5, 7, (20,))),
            integers("randint(-2**63, 2**63 - 1, (6,))", lambda: torch.randint(-(1 << 63), (1 << 63) - 1, (6,))),
            integers("randperm(1)", lambda: torch.randperm(1)),
            integers("randperm(700)", lambda: torch.randperm(700)),
        ],
        "floats": [
            floats("empty(5000).uniform_(-1, 3)", lambda: torch.empty(5000).uniform_(-1, 3)),
            floats("empty(200000).uniform_(1, 1.0000002)", lambda: torch.empty(200000).uniform_(1, 1.0000002)),
            floats("empty(15).normal_(0.5, 2)", lambda: torch.empty(15).normal_(0.5, 2)),
            floats("empty(5003).normal_(0.5, 2)", lambda: torch.empty(5003).normal_(0.5, 2)),
            floats("empty(5000).bernoulli_(0.3)", lambda: torch.empty(5000).bernoulli_(0.3)),
            floats("empty(50).bernoulli_(1)", lambda: torch.empty(50).bernoulli_(1.0)),
            floats("empty(50).bernoulli_(0)", lambda: torch.empty(50).bernoulli_(0.0)),
            floats("bernoulli(arange(5001) / 5000)", lambda: torch.bernoulli(torch.arange(5001) / 5000)),
            floats("dropout(ones(5000), 0.1)", lambda: F.dropout(torch.ones(5000), 0.1, True)),
            floats("dropout(ones(5000), 0.7)", lambda: F.dropout(torch.ones(5000), 0.7, True)),
            floats("dropout(ones(50), 0)", lambda: F.dropout(torch.ones(50), 0.0, True)),
            floats("dropout(ones(50), 1)", lambda: F.dropout(torch.ones(50), 1.0, True)),
        ],
    })


main()
