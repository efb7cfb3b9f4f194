"""Reads tables of digits. A line has 64 grey values from 0 to 16 (the rows of the 8 x 8 picture) and the digit."""

import os

from container import Failure

PIXELS, CLASSES, DARKEST = 64, 10, 16


def load(folder):
    """All rows of a channel, in the order of file names: ([(pixel, value from 0 to 1), ...], digit).

    White pixels are left out: they are half of all pixels, and contribute nothing to a sum.
    """
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".csv"))
    except OSError as error:
        raise Failure(f"there is no channel at {folder}: {error.strerror}") from error
    if not names:
        raise Failure(f"the channel at {folder} has no .csv file")
    return [row for name in names for row in _rows(os.path.join(folder, name))]


def _rows(path):
    with open(path, encoding="ascii") as file:
        for number, line in enumerate(file, start=1):
            try:
                *pixels, digit = [int(word) for word in line.split(",")]
            except ValueError as error:
                raise Failure(f"{path}, line {number}: {error}") from error
            if len(pixels) != PIXELS or not 0 <= digit < CLASSES or not all(0 <= p <= DARKEST for p in pixels):
                raise Failure(f"{path}, line {number}: expected {PIXELS} values from 0 to {DARKEST} and a digit")
            yield [(at, value / DARKEST) for at, value in enumerate(pixels) if value], digit
