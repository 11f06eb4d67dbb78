"""Random checkpoints of published models' real sizes, with tokenizers and preprocessors of real sizes.

Nothing is downloaded: configurations stand in `models`, weights are drawn, vocabularies are made up of real byte and word
symbols. Usage: checkpoints.py FOLDER NAME …
"""

import os
import sys

from models import all_models


def main(folder, names):
    models = all_models()
    for name in names:
        path = f"{folder}/{name}"
        if os.path.exists(path + "/complete"):
            continue
        os.makedirs(path, exist_ok=True)
        print(f"making a random {name} of the size of {models[name].published}", file=sys.stderr)
        models[name].make(path)
        open(path + "/complete", "w").close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
