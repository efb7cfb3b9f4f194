"""The table: read it, check it, split it."""

import csv
import math
import random


class BadInput(Exception):
    """The user's input is invalid. The message says what was found, where, and what was expected."""


def load(path):
    """Return (feature names, species names, rows); a row is (list of floats, index of its species)."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot read the table {path}: {error}") from error
    if len(lines) < 2 or len(lines[0]) < 2:
        raise BadInput(f"{path}: expected a header line and rows of numbers that end in a species, found none")

    header = lines[0]
    species = sorted({line[-1] for line in lines[1:] if line})
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line:
            rows.append((numbers(path, number, line, len(header)), species.index(line[-1])))
    return header[:-1], species, rows


def numbers(path, number, line, width):
    """The features of one line of the table."""
    if len(line) != width:
        raise BadInput(f"{path}:{number}: expected {width} columns as in the header, found {len(line)}")
    try:
        features = [float(cell) for cell in line[:-1]]
    except ValueError as error:
        raise BadInput(f"{path}:{number}: expected numbers before the species: {error}") from error
    if not all(math.isfinite(feature) for feature in features):
        raise BadInput(f"{path}:{number}: expected finite numbers before the species, found {line[:-1]}")
    return features


def split(rows, test_fraction, seed):
    """Shuffle by `seed`, then hold out the same share of every species; returns (train, test).

    Without the share per species an unlucky seed could leave a species out of either part.
    """
    generator = random.Random(seed)
    train, test = [], []
    for species in sorted({label for _, label in rows}):
        group = [row for row in rows if row[1] == species]
        generator.shuffle(group)
        held_out = round(len(group) * test_fraction)
        test += group[:held_out]
        train += group[held_out:]
    if not train or not test:
        raise BadInput(
            f"test_fraction {test_fraction} leaves {len(train)} rows to train on and {len(test)} to test with; "
            "expected at least one of each"
        )
    generator.shuffle(train)
    return train, test
