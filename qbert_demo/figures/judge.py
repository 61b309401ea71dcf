"""A judgement: how right the models are, how sure, and what is left of the hybrid without parts."""

from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.rows import (
    AXIS_ROOM,
    HEAD_ROOM,
    LEGEND_ABOVE,
    ROW,
    interval_bar,
    interval_words,
    row_names,
    rows_layout,
)
from qbert_demo.figures.theme import (
    CIRCUIT,
    GRID,
    HEAD_COLOURS,
    INK,
    SUBDUED,
    base_layout,
    plain,
    value_axis,
)
from qbert_demo.results import Judgement, ModelScore, PairedTest, Rung, Score

SQUARE = 320
APART = 0.13
"""Share of a row between a rung's two marks."""
SEEDED_ROW = 58
"""Pixels between two rows with marks of seeds below their intervals."""
BELOW = 0.24
"""Share of a row from a model's interval down to the marks of its seeds."""
FITS = ((-APART, "as trained", "circle", CIRCUIT), (APART, "fitted anew", "diamond", INK))
"""The two marks of a rung: place in the row, name, shape, and colour."""


def score_intervals(judgement: Judgement) -> Figure:
    """Draw each model's accuracy with its 95 % interval, on a scale that shows the intervals.

    Where a model was trained with several seeds, each is marked below its interval, and their mean.
    """
    models = judgement.models
    spreads = [judgement.spread(model.head) for model in models]
    low = min(*(m.accuracy.low for m in models), *(s.low for s in spreads if s), 1)
    high = max(*(m.accuracy.high for m in models), *(s.high for s in spreads if s), 0)
    room = max(0.1 * (high - low), 0.002)
    start, end = max(0.0, low - room), min(1.0, high + room)
    rows = list(range(len(models)))
    points: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": "accuracy",
        "x": [model.accuracy.value for model in models],
        "y": rows,
        "marker": {"color": [HEAD_COLOURS[m.head] for m in models], "size": 11},
        "customdata": [interval_words(model.accuracy) for model in models],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    names = [f"<b>{m.head}</b>  {interval_words(m.accuracy)}" for m in models]
    several = any(spreads)
    layout = rows_layout(len(rows), (1 + several) * HEAD_ROOM, SEEDED_ROW if several else ROW)
    layout["xaxis"] = value_axis(start, end, [], f"accuracy on {judgement.rows:,} texts")
    layout["xaxis"] |= {"tickvals": None, "nticks": 6, "tickformat": ".3~f"}
    head: tuple[str, ...] = ("model", "accuracy", "interval from", "to")
    cells: list[tuple[str, ...]] = [(m.head, *_cells(m.accuracy)) for m in models]
    if several:
        layout |= LEGEND_ABOVE
        head = (*head, "mean over seeds", "lowest", "highest", "by seed")
        cells = [(*row, *_seed_cells(judgement, row[0])) for row in cells]
    return Figure(
        "Accuracy of each model with its 95 % interval",
        [
            *(
                interval_bar(m.accuracy.low, m.accuracy.high, k, HEAD_COLOURS[m.head], 3)
                for k, m in enumerate(models)
            ),
            points,
            *_seed_marks(judgement),
            row_names(names, start),
        ],
        layout,
        Table(head, tuple(cells)),
    )


def _seed_marks(judgement: Judgement) -> list[Trace]:
    """A ring for each seed and a stroke for their mean, of the models that have several."""
    several = [
        (k, model.head, spread)
        for k, model in enumerate(judgement.models)
        if (spread := judgement.spread(model.head))
    ]
    if not several:
        return []
    rings = [
        (k, head, seed, value)
        for k, head, _ in several
        for seed, value in judgement.seeded(head).items()
    ]
    seeds: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": "one seed",
        "x": [value for *_, value in rings],
        "y": [k + BELOW for k, *_ in rings],
        "marker": {
            "symbol": "circle-open",
            "size": 8,
            "line": {"width": 1.5},
            "color": [HEAD_COLOURS[head] for _, head, *_ in rings],
        },
        "customdata": [f"{head}, seed {seed}: {plain(v, 3)}" for _, head, seed, v in rings],
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": True,
    }
    means: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": "mean of the seeds",
        "x": [spread.mean for *_, spread in several],
        "y": [k + BELOW for k, *_ in several],
        "marker": {
            "symbol": "line-ns",
            "size": 11,
            "line": {"width": 2.5, "color": [HEAD_COLOURS[head] for _, head, _ in several]},
        },
        "customdata": [
            f"{head}, mean of {s.n} seeds: {plain(s.mean, 3)}" for _, head, s in several
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": True,
    }
    return [seeds, means]


def alone_bars(pairs: Sequence[PairedTest], scores: Sequence[ModelScore]) -> Figure:
    """Draw for each pair of models how many texts one of them alone got right."""
    reach = 1.25 * max(1, *(max(test.only_a, test.only_b) for test in pairs))
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": side,
            "base": 0,
            "x": [sign * count for count in counts],
            "y": list(range(len(pairs))),
            "width": 0.36,
            "marker": {"color": [HEAD_COLOURS[head] for head in heads]},
            "text": [f"{count} {head}" for count, head in zip(counts, heads, strict=True)],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": "only the %{text}<extra></extra>",
        }
        for side, sign, heads, counts in (
            ("left", -1, [t.a for t in pairs], [t.only_a for t in pairs]),
            ("right", 1, [t.b for t in pairs], [t.only_b for t in pairs]),
        )
    ]
    layout = rows_layout(len(pairs), HEAD_ROOM)
    layout["barmode"] = "overlay"
    layout["xaxis"] = value_axis(-1.3 * reach, 1.3 * reach, [], "texts that it alone got right")
    step = max(1, round(reach / 2 / 5) * 5)
    ticks = [-step, 0, step]
    layout["xaxis"] |= {"tickvals": ticks, "ticktext": [str(abs(tick)) for tick in ticks]}
    right = {m.head: round(m.accuracy.value * m.accuracy.n) for m in scores}
    cells = []
    for test in pairs:
        both = right[test.a] - test.only_a
        neither = scores[0].accuracy.n - both - test.only_a - test.only_b
        counts = (both, test.only_a, test.only_b, neither)
        cells.append((f"{test.a} (first) and {test.b}", *map(str, counts)))
    head = ("pair", "both right", "only the first", "only the second", "neither")
    return Figure("Texts that one model alone got right", bars, layout, Table(head, tuple(cells)))


def ladder_marks(ladder: Sequence[Rung]) -> Figure:
    """Draw every rung's accuracy twice: as trained, and with an output layer fitted anew.

    Thick bars are 95 % intervals; thin ones the range over seeds. The interval of the whole
    hybrid, fitted anew, is shaded through all rows.
    """
    data: list[Trace] = []
    for which, (shift, name, shape, colour) in enumerate(FITS):
        scores = [(rung.as_trained, rung.fitted)[which] for rung in ladder]
        rows = enumerate(zip(ladder, scores, strict=True))
        known = [(k + shift, rung, score) for k, (rung, score) in rows if score]
        for y, rung, score in known:
            spread = rung.spread[which] if rung.spread else None
            if spread:
                data.append(interval_bar(*spread, y, colour, 1.2))
            data.append(interval_bar(score.low, score.high, y, colour, 4, 0.55))
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [score.value for _, _, score in known],
                "y": [y for y, _, _ in known],
                "marker": {"symbol": shape, "color": colour, "size": 9},
                "customdata": [
                    f"{rung.name}, {name}: {interval_words(score)}" for _, rung, score in known
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
                "showlegend": True,
            }
        )
    data.append(row_names([rung.name for rung in ladder], 0))
    layout = rows_layout(len(ladder), 2 * HEAD_ROOM)
    layout["xaxis"] = value_axis(0, 1, [0, 0.25, 0.5, 0.75, 1], "accuracy")
    layout |= LEGEND_ABOVE
    if ladder and (whole := ladder[0].fitted):
        layout["shapes"] = [
            {
                "type": "rect",
                "layer": "below",
                "yref": "paper",
                "x0": whole.low,
                "x1": whole.high,
                "y0": 0,
                "y1": 1,
                "fillcolor": GRID,
                "line": {"width": 0},
            }
        ]
    head = ("rung", *(f"{name}{end}" for _, name, *_ in FITS for end in ("", " from", " to")))
    cells = tuple((r.name, *_cells(r.as_trained), *_cells(r.fitted), str(r.seeds)) for r in ladder)
    title = "Accuracy of the hybrid with one thing changed"
    return Figure(title, data, layout, Table((*head, "seeds"), cells))


def reliability_curve(model: ModelScore) -> Figure:
    """Draw how often a model is right by how sure it is; on the diagonal the two are the same."""
    bins = model.reliability
    largest = max(b.n for b in bins)
    points: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": model.head,
        "x": [b.said for b in bins],
        "y": [b.right for b in bins],
        "line": {"color": HEAD_COLOURS[model.head], "width": 1.5},
        "marker": {"size": [7 + 13 * float(np.sqrt(b.n / largest)) for b in bins]},
        "customdata": [f"{b.n:,} text{'s' if b.n > 1 else ''}" for b in bins],
        "hovertemplate": "says %{x:.1%}, %{y:.1%} right, %{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    diagonal: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": SUBDUED, "dash": "dot", "width": 1},
        "hoverinfo": "skip",
    }
    layout = base_layout(SQUARE, margin={"l": 52, "r": 14, "t": 12, "b": AXIS_ROOM})
    ticks = [0, 0.25, 0.5, 0.75, 1]
    layout["xaxis"] = value_axis(0, 1, ticks, "mean confidence")
    layout["yaxis"] = value_axis(0, 1, ticks, "share right")
    cells = tuple((f"{b.said:.4f}", f"{b.right:.4f}", f"{b.n:,}") for b in bins)
    return Figure(
        f"Confidence and truth, {model.head}",
        [diagonal, points],
        layout,
        Table(("mean confidence", "share right", "texts"), cells),
        max_width=SQUARE + 60,
    )


def _seed_cells(judgement: Judgement, head: str) -> tuple[str, ...]:
    spread, values = judgement.spread(head), judgement.seeded(head)
    by_seed = ", ".join(f"{seed}: {plain(value, 4)}" for seed, value in values.items())
    if spread is None:
        return ("one seed", "", "", by_seed)
    return (*(plain(value, 4) for value in (spread.mean, spread.low, spread.high)), by_seed)


def _cells(score: Score | None) -> tuple[str, str, str]:
    if score is None:
        return ("", "", "")
    return (plain(score.value, 4), plain(score.low, 4), plain(score.high, 4))
