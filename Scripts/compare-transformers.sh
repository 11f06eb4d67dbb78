#!/bin/sh
# Compares this project with Hugging Face's transformers at the real sizes of CLIP ViT-B/32, ViT-GPT2, ViLT and a BLIP-2
# of few layers: the same answers, and the ratios of time and memory. Checkpoints are random and made here.
#
# Usage: Scripts/compare-transformers.sh [clip] [vit-gpt2] [vilt] [blip-2] [blip2-full] [--threads 2] [--samples 7]
# blip2-full is BLIP-2 OPT-2.7B in float16 with all its layers, on demand: seconds a token beside reading the weights once
# and beside transformers. It takes 7.5 GB of disk, and 24 GB of memory for transformers.
# PYTHON names a Python that has torch, torchvision and transformers; without it one is set up under .build-compare,
# which also keeps the checkpoints (3.5 GB without blip2-full).
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
folder=.build-compare

if [ -z "${PYTHON:-}" ]; then
  PYTHON=$folder/venv/bin/python
  if ! "$PYTHON" -c 'import torch, torchvision, transformers' 2>/dev/null; then
    echo "Setting up torch and transformers under $folder/venv." >&2
    python3 -m venv "$folder/venv"
    # PyTorch's own index has the builds without CUDA, which are a tenth as large.
    "$PYTHON" -m pip install --quiet torch torchvision --index-url https://download.pytorch.org/whl/cpu ||
      "$PYTHON" -m pip install --quiet torch torchvision
    "$PYTHON" -m pip install --quiet 'transformers>=5,<6' pillow
  fi
fi
$swift build --configuration release --product bench >&2
exec "$PYTHON" Scripts/compare/compare.py "$($swift build --configuration release --show-bin-path)/bench" \
  "$folder/checkpoints" "$@"
