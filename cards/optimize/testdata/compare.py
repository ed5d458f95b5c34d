"""Fits a log by fsrs-rs, and evaluates several sets of weights on it.

In: {"cards": [[[rating, days, millis], …], …], "weights": {name: [21]}, "times": 3}
Out: {"version", "weights", "seconds", "reviews", "loss": {name: log-loss, and that of "fsrs-rs"}}

    pip install fsrs-rs-python==0.9.3
"""

import json
import sys
import time
from importlib.metadata import version

import fsrs_rs_python as rs

given = json.load(sys.stdin)
items = []
for card, answers in enumerate(given["cards"]):
    reviews = [rs.FSRSReview(rating, days) for rating, days, _ in answers]
    for i, (_, days, at) in enumerate(answers):
        if days > 0:
            items.append((at, card, rs.FSRSItem(reviews[:i + 1])))
items.sort(key=lambda item: item[0])
cards = [card for _, card, _ in items]
items = [item for _, _, item in items]

seconds = float("inf")
for _ in range(given.get("times", 1)):  # the best, since other programs run beside
    began = time.monotonic()
    weights = rs.FSRS([]).compute_parameters(items, card_ids=cards)
    seconds = min(seconds, time.monotonic() - began)

loss = {}
for name, w in {**given["weights"], "fsrs-rs": weights}.items():
    loss[name] = rs.FSRS(w).evaluate(items).log_loss
json.dump({"version": version("fsrs-rs-python"), "weights": weights, "seconds": seconds, "reviews": len(items), "loss": loss}, sys.stdout)
