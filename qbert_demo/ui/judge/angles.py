"""Which angles live: their spread, what they go with, what is dead, entanglement, and kernels."""

import math
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.figures.angles import (
    correlation_cells,
    entangling_marks,
    kernel_marks,
    spread_bars,
    weight_grid,
)
from qbert_demo.figures.theme import signed
from qbert_demo.results import AngleFacts, KernelFacts
from qbert_demo.service import Explorer
from qbert_demo.ui.judge.panels import read_panel
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.plotly_view import PlotlyView


class Shown(NamedTuple):
    """A `Panel` each, or nothing."""

    spread: Any = None
    correlation: Any = None
    weights: Any = None
    entangling: Any = None
    kernel: Any = None


def build_angles(explorer: Explorer, tab: gr.Tab, task: gr.Radio) -> None:
    """Lay out the accordion; it is read with the judgement, when the tab is opened."""
    with gr.Accordion("Which angles live", open=False, elem_id="judge-angles"):
        views = []
        for pair in (("spread", "correlation"), ("weights",), ("entangling", "kernel")):
            with gr.Row(elem_classes="side-by-side"):
                views += [PlotlyView(None, elem_id=f"judge-{name}") for name in pair]
    gr.on(
        [tab.select, task.input],
        partial(show_angles, explorer),
        task,
        Shown(*views),
        trigger_mode="always_last",
        queue=False,
        **QUIET,
    )


def show_angles(explorer: Explorer, task: str) -> Shown:
    """Draw what is kept of a task's hybrid; nothing without it."""
    try:
        facts, labels = explorer.judgement(task).angles, explorer.task(task).labels
    except QBertError:
        facts = None
    if facts is None:
        return Shown()
    return Shown(
        read_panel(spread_bars(facts), spread_words(facts)),
        read_panel(correlation_cells(facts, labels), correlation_words(facts, labels)),
        read_panel(weight_grid(facts), weight_words(facts)),
        read_panel(entangling_marks(facts), entangling_words(facts)),
        read_panel(kernel_marks(facts), kernel_words(facts.kernel)),
    )


def spread_words(facts: AngleFacts) -> str:
    """How much of the spread one angle has."""
    total = sum(s * s for s in facts.spread)
    k = max(range(len(facts.spread)), key=facts.spread.__getitem__)
    share = facts.spread[k] ** 2 / total if total else 0
    return (
        f"Angle x{k} has {100 * share:.0f}\N{NO-BREAK SPACE}% of all the angles' variance; an "
        "angle that does not move tells the circuit nothing of the text."
    )


def correlation_words(facts: AngleFacts, labels: tuple[str, ...]) -> str:
    """Which angle goes best with a label."""
    pairs = [(k, j) for k in range(len(facts.spread)) for j in range(len(labels))]
    k, j = max(pairs, key=lambda pair: (abs(facts.correlation[pair[0]][pair[1]]), pair[1]))
    r = facts.correlation[k][j]
    return (
        f"The closest are x{k} and “{labels[j]}”: r = {signed(r, 3)}, so a straight line in this "
        f"one angle gives {100 * r * r:.0f}\N{NO-BREAK SPACE}% of the variance of that logit."
    )


def weight_words(facts: AngleFacts) -> str:
    """How many of the stored angles are live."""
    cells = [alive for layer in facts.live for row in layer for alive in row]
    n, live = len(cells), sum(cells)
    if live == n:
        return f"All {n} stored angles can change what is measured."
    return (
        f"{n} angles are stored and {live} are live. The other {n - live} make turns that no "
        "later gate or measurement can notice; they count as parameters all the same."
    )


def entangling_words(facts: AngleFacts) -> str:
    """Whether training made the circuit entangle more or less than chance."""
    value, random = facts.entangling, facts.random
    if random.low <= value <= random.high:
        place = "within what random angles give"
    else:
        place = f"{'less' if value < random.low else 'more'} than any of the random draws"
    return (
        f"0 is no entanglement at all. The trained circuit's {value:.2f} is {place} "
        f"({random.low:.2f} to {random.high:.2f}); the ladder above tells whether it is needed."
    )


def kernel_words(kernel: KernelFacts) -> str:
    """How the two kernels fit the labels, how far apart they are, and what both figures mean."""
    root = math.sqrt(kernel.rows)
    distance = kernel.geometric.middle
    if distance < root / 2:
        far = (
            "so by Huang et al. (2021) no labels of these texts exist that the circuit's kernel "
            "predicts much better than that one"
        )
    else:
        far = "so labels may exist that it predicts better; how ours fare, the alignments tell"
    return (
        "The circuit's kernel fits the labels better than the best RBF kernel on the same angles "
        f"in {kernel.ahead} of {kernel.seeds} samples, which overlap (medians "
        f"{kernel.circuit.middle:.3f} and {kernel.tuned.middle:.3f}). A fit of 1 means that it "
        "calls two texts alike exactly where their labels are the same, 0 that it tells nothing of "
        "labels. Its geometric difference from the one of median width, which bounds how much "
        f"better it can predict any labels at all, is {distance:.1f}, and √{kernel.rows} = "
        f"{root:.1f}, {far}."
    )
