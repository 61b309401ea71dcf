"""What a packed encoder saves: ``python -m benchmarks.encoder`` in the tests' environment.

Classical and hybrid of SST-2 answer the same text, once packed, as the app has them, and once
through transformers' modules, in turn and on one thread. Prints the median model time of each, the
ratio of packed to plain, and that of hybrid to classical, for texts of several lengths.
"""

import os
import statistics
from datetime import date

import torch

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.config import CHECKPOINTS
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.loaded import LoadedModel

ROUNDS = 200
WARM_UP = 10


def main() -> None:
    """Measure and print one line a length."""
    torch.set_num_threads(1)
    models = {}
    for name in ("classical", "hybrid"):
        folder = CHECKPOINTS / f"sst2-{name}"
        models["packed", name] = packed = open_checkpoint(folder, Trust.OURS)
        plain = QBertForSequenceClassification.from_pretrained(folder).eval()
        models["plain", name] = LoadedModel(plain, packed.tokenizer, "")
    print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for tokens in (8, 20, 60, 128):
        ids = [101, *range(2000, 2000 + tokens - 2), 102]
        times: dict[tuple[str, str], list[float]] = {key: [] for key in models}
        for round_ in range(WARM_UP + ROUNDS):
            order = list(models) if round_ % 2 else list(reversed(models))
            for key in order:
                times[key].append(models[key].answer(ids).timing.total)
        median = {key: statistics.median(found[WARM_UP:]) for key, found in times.items()}
        ratio = _ratio(times, ("packed", "classical"), ("plain", "classical"))
        heads = _ratio(times, ("packed", "hybrid"), ("packed", "classical"))
        print(
            f"{tokens} tokens: packed {median['packed', 'classical']:.1f} ms, plain "
            f"{median['plain', 'classical']:.1f} ms, packed over plain {ratio:.2f}, "
            f"hybrid over classical {heads:.3f} (medians of {ROUNDS})"
        )


def _ratio(
    times: dict[tuple[str, str], list[float]], one: tuple[str, str], other: tuple[str, str]
) -> float:
    pairs = zip(times[one][WARM_UP:], times[other][WARM_UP:], strict=True)
    return statistics.median(a / b for a, b in pairs)


if __name__ == "__main__":
    main()
