"""Makes files whose tensors are mostly of types that this project does not read, beside one that it does.

    python make_unread.py        (torch 2.15, safetensors 0.8)
"""

import collections
import os
import struct
import warnings

import torch
from safetensors import safe_open

HERE = os.path.dirname(os.path.abspath(__file__))
warnings.filterwarnings("ignore")
WEIGHT = torch.arange(6.0).reshape(2, 3)


def pytorch_values():
    values = {}
    for name in ("float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "uint16", "uint32", "uint64", "complex32"):
        values[name] = torch.zeros(4, dtype=torch.float32).to(getattr(torch, name))
    values["bits8"] = torch.zeros(4, dtype=torch.uint8).view(torch.bits8)
    values["complex64"] = torch.zeros(4, dtype=torch.complex64)
    values["complex128"] = torch.zeros(4, dtype=torch.complex128)
    values["negated"] = torch.zeros(3, dtype=torch.complex64).conj().imag
    values["sparse"] = torch.eye(3).to_sparse()
    values["sparse_rows"] = torch.eye(3).to_sparse_csr()
    values["quantized"] = torch.quantize_per_tensor(WEIGHT, 0.1, 0, torch.qint8)
    values["quantized_rows"] = torch.quantize_per_channel(
        WEIGHT, torch.tensor([0.1, 0.2]), torch.tensor([0, 0]), 0, torch.quint8)
    values["meta"] = torch.empty(3, device="meta")
    values["float8_parameter"] = torch.nn.Parameter(
        torch.zeros(4).to(torch.float8_e4m3fn), requires_grad=False)
    return values


def read_values():
    """Tensors of usual types that are described in unusual ways."""
    with_state = torch.nn.Parameter(WEIGHT.clone())
    with_state.note = "kept"
    with_attribute = WEIGHT.clone()
    with_attribute.note = "kept"
    return {"weight": WEIGHT, "parameter_with_state": with_state, "tensor_with_attribute": with_attribute,
            "buffer": torch.nn.Buffer(WEIGHT.clone())}


def other_values():
    """Values that hold no tensors, and that torch.load takes with weights_only."""
    return {"dtype": torch.float32, "device": torch.device("cpu"), "set": {1, 2}, "bytes": b"abc",
            "bytearray": bytearray(b"abc"), "complex": 1 + 2j, "layout": torch.sparse_coo,
            "scheme": torch.per_tensor_affine, "counter": collections.Counter("aab")}


def main():
    everything = {**read_values(), **pytorch_values(), "other": other_values()}
    torch.save(everything, os.path.join(HERE, "unread.bin"))
    torch.load(os.path.join(HERE, "unread.bin"), weights_only=True)
    # The format before PyTorch 1.6 has no place for types without a storage class of their own.
    old = {name: value for name, value in everything.items()
           if not name.startswith(("float8", "uint", "complex32", "bits"))}
    torch.save(old, os.path.join(HERE, "unread_legacy.bin"), _use_new_zipfile_serialization=False)
    torch.load(os.path.join(HERE, "unread_legacy.bin"), weights_only=True)

    bits = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
            "F8_E5M2FNUZ": 8, "U16": 16, "U32": 32, "U64": 64, "C64": 64, "F32": 32}
    members, position = [], 0
    for name, size in bits.items():
        end = position + size  # eight elements of so many bits
        members.append('"%s":{"dtype":"%s","shape":[2,4],"data_offsets":[%d,%d]}' % (name, name, position, end))
        position = end
    header = ("{" + ",".join(members) + "}").encode()
    file = os.path.join(HERE, "unread.safetensors")
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(header)) + header + bytes(position))
    with safe_open(file, "pt") as reader:
        assert set(reader.keys()) == set(bits)


if __name__ == "__main__":
    main()
