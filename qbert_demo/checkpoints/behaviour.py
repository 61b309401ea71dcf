"""How the shipped models behave, as it is kept beside them, one text a line, and told on cards."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from qbert_demo.data.behaviour import STEADY
from qbert_demo.errors import CheckpointError
from qbert_demo.results import Case, Family, Said

SUFFIX = ".behaviour.jsonl"
FOLDER = "judgements"
"""Where judgements lie in the folder of the checkpoints."""


def write_behaviour(families: Iterable[Family], task: str, folder: Path) -> None:
    """Keep what was found of a task in the folder of its checkpoints."""
    lines = [
        json.dumps({"family": family.name, "asks": family.asks, **asdict(case)})
        for family in families
        for case in family.cases
    ]
    path = folder / FOLDER / f"{task}{SUFFIX}"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def read_behaviour(task: str, folder: Path) -> tuple[Family, ...]:
    """Read what was kept of a task in the folder of its checkpoints; nothing if nothing was.

    Raises:
        CheckpointError: If it is damaged.
    """
    path = folder / FOLDER / f"{task}{SUFFIX}"
    if not path.is_file():
        return ()
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return tuple(
            Family(name, asks, tuple(_case(line) for line in group))
            for (name, asks), group in groupby(lines, lambda line: (line["family"], line["asks"]))
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(f"{path} is damaged ({error!s:.100}). Measure it anew.") from error


def limits_words(families: Sequence[Family], head: str) -> str:
    """What a model fails, in sentences for its card; nothing if it was never asked."""
    if not families or head not in families[0].heads:
        return ""
    failed = [f for f in families if not f.is_swap and f.failures(head)]
    failed.sort(key=lambda f: -f.failures(head) / len(f.cases))
    counts = [f"{f.failures(head)} of {len(f.cases)} on {f.name}" for f in failed]
    words = f"Of the short texts that `judge` asks it fails {_listed(counts)}. " if counts else ""
    swaps = [family for family in families if family.is_swap]
    moved, n = sum(f.failures(head) for f in swaps), sum(len(f.cases) for f in swaps)
    widest = max(swaps, key=lambda f: f.reach(head))
    (low, least), *_, (high, most) = widest.by_word(head).items()
    label = widest.cases[0].said[head].label
    return (
        f"{words}In neutral sentences that differ in a name or a word for a group of people alone, "
        f"the probability moves by more than {100 * STEADY:.0f} points in {moved} of {n}"
        + (
            f", most with {widest.name}: “{label}” gets {100 * least:.0f} % with “{low}” and "
            f"{100 * most:.0f} % with “{high}”."
            if moved
            else "."
        )
    )


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _case(line: dict[str, Any]) -> Case:
    said = {head: Said(**answer) for head, answer in line["said"].items()}
    return Case(line["text"], line["word"], tuple(line["right"]), said)
