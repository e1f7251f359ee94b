"""Train the model that reads digits, and write it with its temperature: `make digits`.

    python -m bench.digits.train --data FOLDER --photos FOLDER [--epochs 12] [--without SOURCE] [--to FOLDER]

Half of an epoch are boxes drawn anew, half were cut out of photos by `bench.digits.photos`. Needs torch and onnx beside
Laurel's own packages; a running Laurel needs neither.
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


def again(pictures: Any, chosen: Any, rng: np.random.Generator) -> Any:
    """Boxes of photos, each time a little elsewhere, and in a little other light."""
    shifted = np.pad(pictures[chosen], ((0, 0), (1, 1), (1, 1)), mode="edge")
    made = np.empty((len(chosen), boxes.HEIGHT, boxes.WIDTH), np.float32)
    for number, (y, x) in enumerate(rng.integers(0, 3, (len(chosen), 2))):
        made[number] = shifted[number, y : y + boxes.HEIGHT, x : x + boxes.WIDTH]
    made *= rng.uniform(0.85, 1.1, (len(chosen), 1, 1)).astype(np.float32) / 255
    made += rng.normal(0, 1, made.shape).astype(np.float32) * rng.uniform(0, 0.02, (len(chosen), 1, 1)).astype(
        np.float32
    )
    return np.clip(made, 0, 1)


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


def judged(logits: Any, kinds: Any, temperature: float) -> dict[str, float]:
    """Of digits alone: blank and struck boxes are easy, and would flatter."""
    of = np.nonzero(kinds < boxes.BLANK)[0]
    told = {"digits right": float((logits.argmax(1).numpy() == kinds)[of].mean())}
    told["all right"] = float((logits.argmax(1).numpy() == kinds).mean())
    told["calibration error"] = calibration_error((logits / temperature).softmax(1)[of], kinds[of])
    return {name: round(value, 4) for name, value in told.items()}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--photos", type=Path, required=True, help="what bench.digits.photos has written")
    options.add_argument("--epochs", type=int, default=12)
    options.add_argument("--size", type=int, default=30_000, help="digits drawn anew, an epoch")
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
    cut = np.load(given.photos / "training.npz")
    cut_pictures, cut_kinds = cut["pictures"], cut["kinds"]
    # Half of a sheet's boxes are blank; fewer are enough.
    kept = (cut_kinds != boxes.BLANK) | (np.random.default_rng(3).random(len(cut_kinds)) < 0.5)
    cut_pictures, cut_kinds = cut_pictures[kept], cut_kinds[kept]
    model = network()
    mean = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    steps = given.epochs * round((given.size * 1.35 + len(cut_kinds)) / AT_ONCE)
    ways = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    pace = torch.optim.lr_scheduler.OneCycleLR(ways, 5e-3, total_steps=steps + 10 * given.epochs)
    rng = np.random.default_rng(11)
    own = (glyphs[seen], labels[seen], sources[seen])
    with Pool(2) as pool:
        for epoch in range(given.epochs):
            began = time.monotonic()
            chosen = np.array_split(drawn(own[2], given.size, rng), 12)
            made = pool.map(make, [(own[0], own[1], some, int(rng.integers(2**31))) for some in chosen], chunksize=1)
            pictures = np.concatenate([*(one for one, _k in made), again(cut_pictures, np.arange(len(cut_kinds)), rng)])
            kinds = np.concatenate([*(k for _one, k in made), cut_kinds])
            order = rng.permutation(len(kinds))
            model.train()
            total = 0.0
            for at in range(0, len(order), AT_ONCE):
                some = order[at : at + AT_ONCE]
                loss = nn.functional.cross_entropy(
                    model(torch.from_numpy(pictures[some, None])), torch.from_numpy(kinds[some])
                )
                ways.zero_grad()
                loss.backward()
                ways.step()
                pace.step()
                mean.update_parameters(model)
                total += loss.item() * len(some)
            print(f"epoch {epoch + 1}: loss {total / len(order):.4f}, {time.monotonic() - began:.0f} s", flush=True)
        model = mean.module
    photos = np.load(given.photos / "validation.npz")
    logits = evaluate(model, photos["pictures"].astype(np.float32) / 255)
    temperature = temperature_of(logits, photos["kinds"])
    told: dict[str, Any] = {
        "classes": [*map(str, range(10)), "blank", "struck"],
        "files": used,
        "digits": {name: int((sources == n).sum()) for n, name in enumerate(boxes.SOURCES)},
        "temperature": temperature,
        "without": given.without,
        "validation photos": judged(logits, photos["kinds"], temperature),
    }
    for name, tenth in (("validation", boxes.VALIDATION), ("held back", boxes.HELD_BACK)):
        for number, source in enumerate(boxes.SOURCES):
            of = np.nonzero((tenths == tenth) & (sources == number))[0]
            pictures, kinds = make((glyphs, labels, of, 5))
            told[f"{name} {source}"] = judged(evaluate(model, pictures), kinds, temperature)
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
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
