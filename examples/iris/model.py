"""Multinomial logistic regression (softmax over one linear score per species), in plain Python."""

import math


class SoftmaxModel:
    """Weights, and the scaling of the features that they were trained under."""

    def __init__(self, rows, classes):
        columns = list(zip(*(features for features, _ in rows)))
        self.mean = [sum(column) / len(column) for column in columns]
        self.scale = [deviation(column, mean) for column, mean in zip(columns, self.mean)]
        # One row per species, with the bias last. The loss is convex, so zero is a good start.
        self.weights = [[0.0] * (len(columns) + 1) for _ in range(classes)]

    def probabilities(self, features):
        return softmax(self.scores(self.inputs(features)))

    def predict(self, features):
        scores = self.scores(self.inputs(features))
        return scores.index(max(scores))

    def step(self, features, label, learning_rate):
        """One step of stochastic gradient descent."""
        inputs = self.inputs(features)
        for index, probability in enumerate(softmax(self.scores(inputs))):
            slope = learning_rate * (probability - (1.0 if index == label else 0.0))
            self.weights[index] = [weight - slope * value for weight, value in zip(self.weights[index], inputs)]

    def loss(self, rows):
        """Mean cross-entropy, in nats."""
        # A probability can round to zero, which has no logarithm.
        return sum(-math.log(max(self.probabilities(features)[label], 1e-15)) for features, label in rows) / len(rows)

    def accuracy(self, rows):
        return sum(self.predict(features) == label for features, label in rows) / len(rows)

    def is_finite(self):
        return all(math.isfinite(weight) for row in self.weights for weight in row)

    def inputs(self, features):
        scaled = [(value - mean) / scale for value, mean, scale in zip(features, self.mean, self.scale)]
        return scaled + [1.0]

    def scores(self, inputs):
        return [sum(weight * value for weight, value in zip(row, inputs)) for row in self.weights]


def deviation(column, mean):
    """The standard deviation, or 1 for a constant column."""
    return math.sqrt(sum((value - mean) ** 2 for value in column) / len(column)) or 1.0


def softmax(scores):
    # Subtract the largest score first, because exp overflows for large numbers.
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
