"""Train the model that reads digits, and write it with its temperature: `make digits`.

    python -m bench.digits.train --data FOLDER [--epochs 8] [--without SOURCE] [--to FOLDER]

Needs torch and onnx beside Laurel's own packages; a running Laurel needs neither.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from . import boxes

HERE = Path(__file__).resolve().parents[2] / "app" / "paper" / "reading"
AT_ONCE = 256
SHARE = {"mnist_train": 0.5, "semeion": 0.15, "pendigits": 0.35}
"""Of an epoch: few writers with many digits do not drown many writers with few."""


def network() -> nn.Module:
    def block(before: int, after: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        *block(1, 16),
        *block(16, 16),
        nn.MaxPool2d(2),
        *block(16, 32),
        *block(32, 32),
        nn.MaxPool2d(2),
        *block(32, 64),
        *block(64, 64),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(64 * 5 * 4, 128),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(128, 12),
    )


def make(job: tuple[Any, Any, Any, int]) -> tuple[Any, Any]:
    glyphs, labels, chosen, seed = job
    return boxes.batch(glyphs, labels, chosen, np.random.default_rng(seed))


def drawn(sources: Any, size: int, rng: np.random.Generator) -> Any:
    """Which digits an epoch has."""
    some = []
    for number, name in enumerate(boxes.SOURCES):
        of = np.nonzero(sources == number)[0]
        if len(of):
            some.append(rng.choice(of, round(size * SHARE[name]), replace=len(of) < size * SHARE[name]))
    return rng.permutation(np.concatenate(some))


def evaluate(model: nn.Module, pictures: Any, temperature: float = 1.0) -> Any:
    model.eval()
    with torch.no_grad():
        parts = [model(torch.from_numpy(pictures[at : at + 1024, None])) for at in range(0, len(pictures), 1024)]
    return torch.cat(parts).div(temperature)


def temperature_of(logits: Any, labels: Any) -> float:
    said = torch.from_numpy(labels)
    losses = {t: float(nn.functional.cross_entropy(logits / t, said)) for t in np.arange(0.5, 3.01, 0.05)}
    return round(min(losses, key=losses.__getitem__), 2)


def calibration_error(chances: Any, labels: Any) -> float:
    """Expected, over fifteen bins."""
    sure, said = chances.max(1)
    right = said.numpy() == labels
    sure = sure.numpy()
    bins = np.minimum((sure * 15).astype(int), 14)
    return float(sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in set(bins)))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--epochs", type=int, default=8)
    options.add_argument("--size", type=int, default=60_000)
    options.add_argument("--without", choices=boxes.SOURCES)
    options.add_argument("--to", type=Path, default=HERE)
    given = options.parse_args()
    used = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(given.data.iterdir())}
    print(json.dumps(used, indent=1), flush=True)
    torch.manual_seed(7)
    torch.set_num_threads(2)
    glyphs, labels, sources = boxes.load(given.data)
    tenths = boxes.tenth(glyphs)
    seen = (tenths > boxes.VALIDATION) & (sources != (boxes.SOURCES.index(given.without) if given.without else -1))
    model = network()
    steps = given.epochs * round(given.size * 1.35 / AT_ONCE)
    ways = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    pace = torch.optim.lr_scheduler.OneCycleLR(ways, 4e-3, total_steps=steps + 10)
    rng = np.random.default_rng(11)
    own = (glyphs[seen], labels[seen], sources[seen])
    with Pool(2) as pool:
        for epoch in range(given.epochs):
            began = time.monotonic()
            chosen = np.array_split(drawn(own[2], given.size, rng), 12)
            made = pool.map(make, [(own[0], own[1], some, int(rng.integers(2**31))) for some in chosen], chunksize=1)
            pictures, kinds = np.concatenate([one for one, _k in made]), np.concatenate([k for _one, k in made])
            order = rng.permutation(len(kinds))
            model.train()
            total = 0.0
            for at in range(0, len(order), AT_ONCE):
                some = order[at : at + AT_ONCE]
                loss = nn.functional.cross_entropy(
                    model(torch.from_numpy(pictures[some, None])), torch.from_numpy(kinds[some]), label_smoothing=0.02
                )
                ways.zero_grad()
                loss.backward()
                ways.step()
                pace.step()
                total += loss.item() * len(some)
            print(f"epoch {epoch + 1}: loss {total / len(order):.4f}, {time.monotonic() - began:.0f} s", flush=True)
        check = {"validation": tenths == boxes.VALIDATION, "held_back": tenths == boxes.HELD_BACK}
        told: dict[str, Any] = {"classes": [*map(str, range(10)), "blank", "struck"], "files": used, "accuracy": {}}
        temperature = 1.0
        for name, which in check.items():
            for number, source in enumerate(boxes.SOURCES):
                of = np.nonzero(which & (sources == number))[0]
                if name == "validation" and source == given.without:
                    continue
                pictures, kinds = make((glyphs, labels, of, 5))
                logits = evaluate(model, pictures)
                told["accuracy"][f"{name} {source}"] = round(float((logits.argmax(1).numpy() == kinds).mean()), 4)
                if name == "validation" and (source == "mnist_train" or temperature == 1.0):
                    temperature = temperature_of(logits, kinds)
                told["accuracy"][f"{name} {source} calibration error"] = round(
                    calibration_error((logits / temperature).softmax(1), kinds), 4
                )
    told |= {
        "temperature": temperature,
        "digits": {name: int((sources == n).sum()) for n, name in enumerate(boxes.SOURCES)},
    }
    given.to.mkdir(parents=True, exist_ok=True)
    model.eval()
    torch.onnx.export(
        model,
        (torch.zeros(2, 1, boxes.HEIGHT, boxes.WIDTH),),
        str(given.to / "digits.onnx"),
        input_names=["ink"],
        output_names=["logits"],
        dynamic_axes={"ink": {0: "boxes"}, "logits": {0: "boxes"}},
        opset_version=17,
        dynamo=False,
    )
    (given.to / "digits.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    print(json.dumps(told["accuracy"], indent=1), f"temperature {temperature}")


if __name__ == "__main__":
    main()
