#!/bin/sh
# Has Hugging Face's own client download from the hub of the tests, and holds our cache to that client's.
# PYTHON names a Python that has it: pip install huggingface_hub. With transformers a model is loaded by name, too.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
swift=${SWIFT:-swift}
"$python" -c 'import huggingface_hub' 2>/dev/null || {
  echo "check-hub: $python has no huggingface_hub: pip install huggingface_hub, or PYTHON=…" >&2
  exit 1
}
for program in RunHubServer FetchFromHub; do $swift build --product $program >&2; done
exec "$python" Tests/HubServer/check_client.py "$($swift build --show-bin-path)"
