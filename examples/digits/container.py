"""The interface between SageMaker and a training container: paths, hyperparameters, the failure file."""

import json
import os
import signal


class Failure(Exception):
    """The training cannot continue. The message is for the user."""


class Container:
    """The folders of one container. `root` is /opt/ml, or another folder for a trial without a container."""

    def __init__(self, root):
        self.root = root
        self.model = os.path.join(root, "model")
        self.checkpoints = os.path.join(root, "checkpoints")
        self.failure = os.path.join(root, "output", "failure")

    def config(self, name, otherwise):
        """The content of a file in input/config, or `otherwise` if it does not exist."""
        path = os.path.join(self.root, "input", "config", name)
        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return otherwise
        except ValueError as error:
            raise Failure(f"{path} is not JSON: {error}") from error

    def hyperparameters(self, known):
        """The values of `known`, a mapping from names to (default, smallest, largest).

        SageMaker hands all of them over as text: `{"epochs": "12"}`. What has a default that is a whole number is one.
        """
        given = self.config("hyperparameters.json", {})
        strangers = sorted(set(given) - set(known))
        if strangers:
            raise Failure(f"unknown hyperparameter {strangers[0]}; known are {', '.join(known)}")
        values = {}
        for name, (default, smallest, largest) in known.items():
            text = given.get(name, default)
            try:
                value = type(default)(text)
            except ValueError:
                value = None
            if value is None or not smallest <= value <= largest:
                kind = "a whole number" if isinstance(default, int) else "a number"
                raise Failure(f"hyperparameter {name}: expected {kind} from {smallest} to {largest}, found {text!r}")
            values[name] = value
        return values

    def channel(self, name):
        """The folder of an input channel."""
        return os.path.join(self.root, "input", "data", name)

    def refuse_company(self):
        """Refuses several instances: each of them would repeat the same work."""
        hosts = self.config("resourceconfig.json", {}).get("hosts", [])
        if len(hosts) > 1:
            raise Failure(f"this training runs on one instance, and there are {len(hosts)}: set InstanceCount to 1")

    def tell_failure(self, words):
        """SageMaker shows the first 1,024 characters as the job's FailureReason."""
        os.makedirs(os.path.dirname(self.failure), exist_ok=True)
        with open(self.failure, "w", encoding="utf-8") as file:
            file.write(words)


class Signal:
    """Whether SIGTERM was received: 120 seconds before SIGKILL at a stop or a time limit, and also on spot."""

    def __init__(self):
        self.came = False
        # The first process of a container ignores SIGTERM unless it has a handler.
        signal.signal(signal.SIGTERM, self._note)

    def _note(self, *_):
        self.came = True


def write(path, value):
    """Writes a file atomically: a concurrent copy of the folder gets the old or the new content."""
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    part = os.path.join(folder, f".{name}.part")
    with open(part, "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.write("\n")
    os.replace(part, path)
