"""The hyperparameters: defaults, then the run's configuration, then the command line; the later one wins."""

import argparse
import difflib
import json
import math
from types import SimpleNamespace

from data import BadInput

# name: (kind, default, smallest, largest, help)
HYPERPARAMETERS = {
    "epochs": (int, 30, 1, 100_000, "passes over the training rows"),
    "learning_rate": (float, 0.05, 1e-9, 1e3, "size of a gradient step"),
    "seed": (int, 1, 0, 2**63 - 1, "decides the split and the order of the rows"),
    "test_fraction": (float, 0.3, 0.01, 0.99, "share of each species that is held out"),
    "pause": (float, 0.0, 0.0, 3600.0, "seconds to wait after each epoch, to watch or to stop a run"),
}


def parameters(arguments, environment):
    """The hyperparameters by name, with `model_dir` and `data`."""
    parser = argparse.ArgumentParser(prog="train.py", description="Learn to tell iris species apart.", allow_abbrev=False)
    for name, (_, default, _, _, text) in HYPERPARAMETERS.items():
        flags = sorted({f"--{name.replace('_', '-')}", f"--{name}"})
        parser.add_argument(*flags, dest=name, metavar="N", help=f"{text} (default {default})")
    parser.add_argument("--model-dir", default="/opt/ml/model", help="folder for model.json and metrics.json")
    parser.add_argument("--data", default=None, help="the table (default: iris.csv beside this program)")
    options = vars(parser.parse_args(arguments))

    values = {name: default for name, (_, default, _, _, _) in HYPERPARAMETERS.items()}
    for name, value in run_config(handed_over(environment)).items():
        values[name] = checked(name, value, "LAUNCH_RUN_CONFIG")
    for name in HYPERPARAMETERS:
        if options[name] is not None:
            values[name] = checked(name, options[name], "the command line")
    return SimpleNamespace(**values, model_dir=options["model_dir"], data=options["data"])


def handed_over(environment):
    """The text of `LAUNCH_RUN_CONFIG`. `launch` splits a long one into `LAUNCH_RUN_CONFIG_0`, `LAUNCH_RUN_CONFIG_1` and so on."""
    if "LAUNCH_RUN_CONFIG" in environment:
        return environment["LAUNCH_RUN_CONFIG"]
    pieces = []
    while (name := f"LAUNCH_RUN_CONFIG_{len(pieces)}") in environment:
        pieces.append(environment[name])
    return "".join(pieces)


def run_config(text):
    """The run's parameters from `launch`: one JSON object."""
    if not text.strip():
        return {}
    try:
        config = json.loads(text)
    except ValueError as error:
        raise BadInput(f"LAUNCH_RUN_CONFIG is not JSON: {error}") from error
    if not isinstance(config, dict):
        raise BadInput(f"LAUNCH_RUN_CONFIG: expected a JSON object of parameters, found {text.strip()[:80]}")
    return config


def checked(name, value, origin):
    """`value` as a number of the type of `name`. A number in quotes is accepted."""
    if name not in HYPERPARAMETERS:
        near = difflib.get_close_matches(name, HYPERPARAMETERS, n=1)
        hint = f"did you mean {near[0]}?" if near else "known are " + ", ".join(HYPERPARAMETERS)
        raise BadInput(f"{origin}: unknown parameter {name}; {hint}")
    kind, _, smallest, largest, _ = HYPERPARAMETERS[name]
    expected = f"{'a whole number' if kind is int else 'a number'} from {smallest:g} to {largest:g}"
    complaint = BadInput(f"{origin}: {name}: expected {expected}, found {json.dumps(value)[:80]}")
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise complaint
    try:
        number = kind(value)
        # int() would turn 2.7 into 2 without an error.
        exact = isinstance(value, str) or number == value
    except (ValueError, OverflowError) as error:
        raise complaint from error
    if not exact or not math.isfinite(number) or not smallest <= number <= largest:
        raise complaint
    return number
