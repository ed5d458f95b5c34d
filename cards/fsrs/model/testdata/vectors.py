"""Writes the vectors that the memory model is tested with, by running the
published implementations themselves:

    pip install fsrs==6.3.2 fsrs-rs-python==0.9.3
    python vectors.py model > vectors.json          # fsrs-rs: memory, SM-2, migration
    python vectors.py steps > ../../testdata/steps.json  # py-fsrs: memory, states, steps, intervals
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

DEFAULT = [0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
           1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542]
# Sets of other shape: fast and slow forgetting, and an FSRS-5 and an FSRS-4.5 set as published with those.
OTHER = [0.05, 0.4, 1.8, 30.4, 7.1, 0.6, 1.9, 0.02, 1.3, 0.3, 1.4,
         2.1, 0.12, 0.4, 2.2, 0.3, 2.6, 0.9, 0.4, 0.2, 0.35]
FSRS5 = [0.40255, 1.18385, 3.173, 15.69105, 7.1949, 0.5345, 1.4604, 0.0046, 1.54575, 0.1192, 1.01925,
         1.9395, 0.11, 0.29605, 2.2698, 0.2315, 2.9898, 0.51655, 0.6621]
FSRS45 = [0.4872, 1.4003, 3.7145, 13.8206, 5.1618, 1.2298, 0.8975, 0.031, 1.6474, 0.1367, 1.0461,
          2.1072, 0.0793, 0.3246, 1.587, 0.2272, 2.8755]
SETS = {"published": DEFAULT, "other": OTHER, "fsrs-5": FSRS5, "fsrs-4.5": FSRS45}


def days(rng):
    return rng.choice([0, 0, 0, 1, 1, 2, 3, 5, 8, 13, 30, 90, 400])


def of_rust():
    import fsrs_rs_python as rs
    out = {"made by": f"fsrs-rs-python {version('fsrs-rs-python')} (fsrs-rs 6)", "sets": {}, "memory": [], "sm2": []}
    rng = random.Random(7)
    for name, weights in SETS.items():
        out["sets"][name] = {"given": weights, "migrated": rs.check_and_fill_parameters(weights)}
        f = rs.FSRS(weights)
        histories = [[(first, 0)] + [(second, gap) for gap in (0, 4)] for first in range(1, 5) for second in range(1, 5)]
        for _ in range(24):
            histories.append([(rng.randint(1, 4), 0)] + [(rng.choices([1, 2, 3, 4], [2, 2, 5, 1])[0], days(rng)) for _ in range(9)])
        for h in histories:
            item = rs.FSRSItem([rs.FSRSReview(r, d) for r, d in h])
            states = f.historical_memory_states(item)
            out["memory"].append({"set": name, "ratings": [r for r, _ in h], "days": [d for _, d in h],
                                  "stability": [s.stability for s in states], "difficulty": [s.difficulty for s in states]})
        for ease in (1.3, 1.7, 2.0, 2.5, 3.1):
            for interval in (0.0, 1.0, 10.0, 20.0, 365.0):
                for retention in (0.8, 0.9, 0.95):
                    s = f.memory_state_from_sm2(ease, interval, retention)
                    out["sm2"].append({"set": name, "ease": ease, "interval": interval, "retention": retention,
                                       "stability": s.stability, "difficulty": s.difficulty})
    return out


def of_python():
    from fsrs import Card, Rating, Scheduler
    out = {"made by": f"py-fsrs {version('fsrs')}", "histories": []}
    rng = random.Random(11)
    start = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
    for learning, relearning in (([1, 10], [10]), ([1, 10, 100], [10, 60]), ([15], []), ([], [])):
        for weights in (DEFAULT, OTHER):
            if len(relearning) > 1 and weights is OTHER:
                continue  # its weights 17 and 18 are too large for two steps, by fsrs-rs's bound
            for retention in (0.9, 0.8):
                s = Scheduler(parameters=weights, desired_retention=retention, enable_fuzzing=False,
                              learning_steps=[timedelta(minutes=m) for m in learning],
                              relearning_steps=[timedelta(minutes=m) for m in relearning])
                for _ in range(8):
                    card, now, answers = Card(card_id=1), start, []
                    for _ in range(14):
                        rating = rng.choices([1, 2, 3, 4], [2, 2, 5, 1])[0]
                        card, _ = s.review_card(card, Rating(rating), now)
                        wait = card.due - now
                        answers.append({"minutes": int((now - start).total_seconds() / 60), "rating": rating, "state": int(card.state),
                                        "step": card.step or 0, "stability": card.stability, "difficulty": card.difficulty,
                                        "waitSeconds": int(wait.total_seconds())})
                        # mostly when it is due, sometimes early the same day, sometimes late
                        if wait < timedelta(days=1):
                            now += wait
                        else:
                            now += rng.choice([wait, wait, wait + timedelta(days=rng.randint(1, 9)), timedelta(minutes=20)])
                    out["histories"].append({"weights": weights, "retention": retention, "learning": learning,
                                             "relearning": relearning, "answers": answers})
    return out


def numbers(value):  # eight digits are more than single precision has
    if isinstance(value, float):
        return float(f"{value:.8g}")
    if isinstance(value, dict):
        return {k: numbers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [numbers(v) for v in value]
    return value


if __name__ == "__main__":
    made = of_rust() if sys.argv[1] == "model" else of_python()
    print("{")
    parts = []
    for key, value in made.items():
        if isinstance(value, list):
            rows = ",\n".join(json.dumps(numbers(v), separators=(",", ":")) for v in value)
            parts.append(f"{json.dumps(key)}: [\n{rows}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(numbers(value))}")
    print(",\n".join(parts))
    print("}")
