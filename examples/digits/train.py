"""Trains a network that reads handwritten digits, under the conventions of SageMaker's training containers.

Standard output has a line per epoch: `epoch=3 train_loss=0.4123 validation_accuracy=0.9333`. Exit code 0: trained;
1: failed, and output/failure says why; 143: SIGTERM came, and where the training stood is in a checkpoint.
"""

import json
import os
import random
import signal
import sys

from container import Container, Failure, Signal, write
from data import load
from model import Network

HYPERPARAMETERS = {  # name: (default, smallest, largest)
    "epochs": (30, 1, 10_000),
    "learning_rate": (0.02, 1e-6, 10.0),
    "hidden": (24, 1, 1_000),
    "seed": (1, 0, 2**31),
}


def main(container, stop):
    settings = container.hyperparameters(HYPERPARAMETERS)
    container.refuse_company()
    train, validation = load(container.channel("train")), load(container.channel("validation"))
    network = Network(settings["hidden"], settings["seed"])
    checkpoints = Checkpoints(container.checkpoints, settings)
    found = checkpoints.restore(network)
    at = found or Place()
    print(f"rows={len(train)} validation_rows={len(validation)} "
          + " ".join(f"{name}={value}" for name, value in settings.items()), flush=True)
    if found:
        print(f"resumed in epoch {at.epoch}, behind row {at.row}", flush=True)

    while at.epoch <= settings["epochs"]:
        # The order depends on the epoch only, so a training that resumes within an epoch continues in the same order.
        order = list(range(len(train)))
        random.Random(f"{settings['seed']}/{at.epoch}").shuffle(order)
        while at.row < len(order):
            if stop.came:
                checkpoints.keep(network, at)
                save(container, network, settings, at)  # SageMaker keeps the model of a stopped job, too
                print(f"SIGTERM in epoch {at.epoch}, behind row {at.row}: kept", flush=True)
                return 128 + signal.SIGTERM
            at.loss += network.step(*train[order[at.row]], settings["learning_rate"])
            at.row += 1
        if at.loss != at.loss:
            raise Failure(f"the weights overflowed in epoch {at.epoch}; lower learning_rate")
        accuracy = network.accuracy(validation)
        print(f"epoch={at.epoch} train_loss={at.loss / len(train):.4f} validation_accuracy={accuracy:.4f}", flush=True)
        at = Place(at.epoch + 1)
        checkpoints.keep(network, at)
    save(container, network, settings, at)
    return 0


def save(container, network, settings, at):
    write(os.path.join(container.model, "model.json"), {
        "kind": "digits", "settings": settings, "epochs": at.epoch - 1, "weights": network.weights()})


class Place:
    """The progress of a training: the epoch, the number of its rows that are done, and the sum of their losses."""

    def __init__(self, epoch=1, row=0, loss=0.0):
        self.epoch, self.row, self.loss = epoch, row, loss


class Checkpoints:
    """The folder that SageMaker synchronizes with an S3 prefix. Without the folder nothing is kept."""

    kept = 2

    def __init__(self, folder, settings):
        self.folder, self.settings = folder, settings

    def names(self):
        """The complete checkpoints, oldest first. Their names sort in the order of the training."""
        if not os.path.isdir(self.folder):
            return []
        return sorted(name for name in os.listdir(self.folder) if name.startswith("at-") and name.endswith(".json"))

    def keep(self, network, at):
        if not os.path.isdir(self.folder):
            return
        write(os.path.join(self.folder, f"at-{at.epoch:05}-{at.row:06}.json"), {
            "settings": self.settings, "place": vars(at), "weights": network.weights()})
        for name in self.names()[:-self.kept]:
            os.remove(os.path.join(self.folder, name))

    def restore(self, network):
        """Loads the newest checkpoint into the network. Returns its progress, or None without a checkpoint."""
        names = self.names()
        if not names:
            return None
        path = os.path.join(self.folder, names[-1])
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        # A longer training may continue a shorter one. Other differences would mix two trainings.
        for name in HYPERPARAMETERS:
            if name != "epochs" and found["settings"].get(name) != self.settings[name]:
                raise Failure(
                    f"{path} is of a training with {name} {found['settings'].get(name)}, and this one has "
                    f"{self.settings[name]}: give it another place for checkpoints")
        network.restore(found["weights"])
        return Place(**found["place"])


if __name__ == "__main__":
    here = Container(os.environ.get("ML_ROOT", "/opt/ml"))
    try:
        # SageMaker adds the argument `train`. This program has no other command.
        sys.exit(main(here, Signal()))
    except (Failure, OSError) as problem:
        here.tell_failure(str(problem))
        print(f"train.py: {problem}", file=sys.stderr)
        sys.exit(1)
