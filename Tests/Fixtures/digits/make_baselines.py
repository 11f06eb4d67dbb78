"""Writes baselines.json: the baselines of the digits by scikit-learn, on the very splits of `Digits`.

Run: python make_baselines.py    (needs scikit-learn and Pillow; written with scikit-learn 1.9.1)
"""
import json, os
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid

here = os.path.dirname(os.path.abspath(__file__))
data = os.path.join(here, "..", "..", "..", "Sources", "Datasets", "Resources")
labels = np.array([int(c) for c in open(os.path.join(data, "digits-labels.txt")).read() if c.isdigit()])
sheet = np.array(Image.open(os.path.join(data, "digits.png"))) // 15
tiles = sheet.reshape(-1, 8, 60, 8).transpose(0, 2, 1, 3).reshape(-1, 64)[: len(labels)]
original = load_digits()
assert (tiles == original.data).all() and (labels == original.target).all()


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        while True:
            self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
            z = self.state
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
            z ^= z >> 31
            limit = 2**64 - 1 - (2**64 - 1) % bound
            if z < limit:
                return z % bound


def stratified(seed):
    sizes = np.bincount(labels)
    seats = [360 * int(n) // 1797 for n in sizes]
    order = sorted(range(10), key=lambda c: (-(360 * int(sizes[c]) % 1797), c))
    for c in order[: 360 - sum(seats)]:
        seats[c] += 1
    generator, test = SplitMix64(seed), []
    for c in range(10):
        places = [i for i, label in enumerate(labels) if label == c]
        for last in range(len(places) - 1, 0, -1):
            other = generator.below(last + 1)
            places[last], places[other] = places[other], places[last]
        test += places[: seats[c]]
    return sorted(test)


results = {}
for name, test in {"stratified0": stratified(0), "stratified1": stratified(1), "writer": list(range(1437, 1797))}.items():
    mask = np.zeros(1797, bool)
    mask[test] = True
    x, y = tiles / 16, labels
    entry = {"test": test}
    for key, model in {
        "logistic": LogisticRegression(solver="newton-cholesky", tol=1e-12, max_iter=1000),
        "centroid": NearestCentroid(),
    }.items():
        model.fit(x[~mask], y[~mask])
        entry[key] = [int(p) for p in model.predict(x[mask])]
        print(name, key, (model.predict(x[mask]) == y[mask]).mean(), (model.predict(x[~mask]) == y[~mask]).mean())
        if key == "logistic":
            entry["coefficients"] = [round(float(w), 8) for w in model.coef_[3]]
            entry["intercept"] = round(float(model.intercept_[3]), 8)
    default = LogisticRegression(max_iter=10000).fit(x[~mask], y[~mask])
    print(name, "logistic, default solver", (default.predict(x[mask]) == y[mask]).mean())
    results[name] = entry
with open(os.path.join(here, "baselines.json"), "w") as file:
    json.dump(results, file)
