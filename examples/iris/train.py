"""Train a classifier on the iris table, and leave the model and its metrics in the output folder.

Standard output has one line per epoch: `epoch=3 loss=0.4123 accuracy=0.9333`; the loss is that of the training rows,
the accuracy that of the rows held out. Exit code 0: trained; 1: the training failed; 2: bad input;
143: SIGTERM came, and what was learnt until then is saved.
"""

import copy
import json
import os
import signal
import sys
import time

from data import BadInput, load, split
from model import SoftmaxModel
from parameters import parameters


class Terminated(Exception):
    """SIGTERM was received."""


class Diverged(Exception):
    """The weights are no longer numbers."""


def terminate(*_):
    # Only the first signal counts. A second one must not interrupt saving.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated


def main(arguments, environment):
    # The first process of a container ignores SIGTERM unless it has a handler.
    signal.signal(signal.SIGTERM, terminate)
    options = parameters(arguments, environment)
    table = options.data or os.path.join(os.path.dirname(os.path.abspath(__file__)), "iris.csv")
    names, species, rows = load(table)
    train, test = split(rows, options.test_fraction, options.seed)
    prepare(options.model_dir)
    print(f"rows={len(train)} held_out={len(test)} epochs={options.epochs} learning_rate={options.learning_rate:g} "
          f"seed={options.seed}", flush=True)

    model = SoftmaxModel(train, len(species))
    finished = Progress(model, train, test)
    try:
        for epoch in range(1, options.epochs + 1):
            for features, label in train:
                model.step(features, label, options.learning_rate)
            if not model.is_finite():
                raise Diverged(f"the weights overflowed in epoch {epoch}; lower learning_rate "
                               f"(it is {options.learning_rate:g})")
            finished = Progress(model, train, test, epoch)
            print(finished.line(), flush=True)
            time.sleep(options.pause)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is left takes milliseconds
        stopped = False
    except Terminated:
        print(f"SIGTERM after epoch {finished.epoch}: saving", file=sys.stderr, flush=True)
        stopped = True

    save(options.model_dir, "model.json", {
        "kind": "softmax", "features": names, "species": species, "mean": finished.model.mean,
        "scale": finished.model.scale, "weights": finished.model.weights,
    })
    save(options.model_dir, "metrics.json", {
        "loss": finished.loss, "accuracy": finished.accuracy, "epochs": finished.epoch, "stopped": stopped,
        "learning_rate": options.learning_rate, "seed": options.seed, "held_out": len(test),
    })
    return 128 + signal.SIGTERM if stopped else 0


class Progress:
    """The model at the end of an epoch. A signal may arrive while the next epoch changes it."""

    def __init__(self, model, train, test, epoch=0):
        self.model, self.epoch = copy.deepcopy(model), epoch
        self.loss, self.accuracy = model.loss(train), model.accuracy(test)

    def line(self):
        return f"epoch={self.epoch} loss={self.loss:.4f} accuracy={self.accuracy:.4f}"


def prepare(folder):
    """Check before the training that the result can be written."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot make the output folder {folder}: {error.strerror}; give another with --model-dir") \
            from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"the output folder {folder} is not writable; give another with --model-dir")


def save(folder, name, value):
    """Write files atomically: a reader sees the old or the new content."""
    path = os.path.join(folder, name)
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    os.replace(path + ".part", path)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:], os.environ))
    except BadInput as problem:
        print(f"train.py: {problem}", file=sys.stderr)
        sys.exit(2)
    except (Diverged, OSError) as problem:
        print(f"train.py: {problem}", file=sys.stderr)
        sys.exit(1)
    except Terminated:
        sys.exit(128 + signal.SIGTERM)  # before the first epoch: there is nothing to save
