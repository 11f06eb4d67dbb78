"""The models that are compared: a file for each, which holds all that is known of it on this side.

A file has `MODELS`, a list of `Model`: how its random checkpoint is made, what it is asked, what transformers does with
it, and the ratios that this project promises. Files that begin with an underscore hold what models share.
`Sources/bench/Tasks` is the other side.
"""

import importlib
import pkgutil


def all_models():
    """By name, in alphabetical order."""
    files = sorted(file.name for file in pkgutil.iter_modules(__path__) if not file.name.startswith("_"))
    found = [model for file in files for model in importlib.import_module(f"{__name__}.{file}").MODELS]
    return {model.name: model for model in sorted(found, key=lambda model: model.name)}
