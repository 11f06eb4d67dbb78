#!/bin/sh
# Compares this project with Hugging Face's transformers at the real sizes of published models, and some of them with ONNX
# Runtime and OpenVINO: the same answers, and the ratios of time and memory. Checkpoints are random and made here.
#
# Usage: Scripts/compare-transformers.sh [NAME …] [--threads 2] [--samples 7]
# The models are the files of Scripts/compare/models: clip, vilt, vit-gpt2 and others; all if none is named, but for
# blip2-full: that is BLIP-2 OPT-2.7B in float16 with all its layers, on demand: seconds a token beside reading the weights
# once and beside transformers. It takes 7.5 GB of disk, and 24 GB of memory for transformers.
# PYTHON names a Python that has torch, torchvision, transformers, open_clip_torch, sentencepiece, protobuf, onnx, onnxscript,
# onnxruntime and openvino; without it one is set up under .build-compare, which also keeps the checkpoints (about 1 GB a model without blip2-full).
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
folder=.build-compare

if [ -z "${PYTHON:-}" ]; then
  PYTHON=$folder/venv/bin/python
  if ! "$PYTHON" -c 'import torch, torchvision, transformers, open_clip, sentencepiece, google.protobuf, onnx, onnxscript, onnxruntime, openvino' 2>/dev/null; then
    echo "Setting up torch, transformers, ONNX Runtime and OpenVINO under $folder/venv." >&2
    python3 -m venv "$folder/venv"
    # PyTorch's own index has the builds without CUDA, which are a tenth as large.
    "$PYTHON" -m pip install --quiet torch torchvision --index-url https://download.pytorch.org/whl/cpu ||
      "$PYTHON" -m pip install --quiet torch torchvision
    "$PYTHON" -m pip install --quiet 'transformers>=5,<6' pillow open_clip_torch sentencepiece protobuf onnx onnxscript onnxruntime openvino
  fi
fi
$swift build --configuration release --product bench >&2
exec "$PYTHON" Scripts/compare/compare.py "$($swift build --configuration release --show-bin-path)/bench" \
  "$folder/checkpoints" "$@"
