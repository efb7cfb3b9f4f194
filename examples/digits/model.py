"""A network with one hidden layer, trained one row at a time."""

import math
import random

from data import CLASSES, PIXELS


class Network:
    """Grey values -> hidden units (tanh) -> a probability for each digit."""

    def __init__(self, hidden, seed):
        chance = random.Random(seed)
        # Indexed by pixel, then by unit, so that a row touches only its own pixels.
        self.first = [[chance.gauss(0, 0.2) for _ in range(hidden)] for _ in range(PIXELS)]
        self.first_bias = [0.0] * hidden
        self.second = [[chance.gauss(0, 0.2) for _ in range(hidden)] for _ in range(CLASSES)]
        self.second_bias = [0.0] * CLASSES

    def forward(self, pixels):
        sums = self.first_bias
        for at, value in pixels:
            sums = [total + value * weight for total, weight in zip(sums, self.first[at])]
        hidden = [math.tanh(total) for total in sums]
        scores = [
            bias + sum(weight * unit for weight, unit in zip(weights, hidden))
            for weights, bias in zip(self.second, self.second_bias)
        ]
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        total = sum(powers)
        return hidden, [power / total for power in powers]

    def step(self, pixels, digit, rate):
        """Trains on one row. Returns the loss before this step."""
        hidden, chances = self.forward(pixels)
        errors = [chance - (at == digit) for at, chance in enumerate(chances)]
        back = [0.0] * len(hidden)
        for at, error in enumerate(errors):
            weights = self.second[at]
            back = [total + error * weight for total, weight in zip(back, weights)]
            self.second[at] = [weight - rate * error * unit for weight, unit in zip(weights, hidden)]
            self.second_bias[at] -= rate * error
        slopes = [rate * total * (1 - unit * unit) for total, unit in zip(back, hidden)]
        self.first_bias = [bias - slope for bias, slope in zip(self.first_bias, slopes)]
        for at, value in pixels:
            self.first[at] = [weight - value * slope for weight, slope in zip(self.first[at], slopes)]
        return -math.log(max(chances[digit], 1e-12))

    def accuracy(self, rows):
        right = 0
        for pixels, digit in rows:
            _, chances = self.forward(pixels)
            right += chances.index(max(chances)) == digit
        return right / len(rows)

    def weights(self):
        return vars(self)

    def restore(self, weights):
        for name in vars(self):
            setattr(self, name, weights[name])
