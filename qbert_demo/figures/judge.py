"""A judgement: how right the models are, how sure, and what is left of the hybrid without parts."""

from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.rows import (
    AXIS_ROOM,
    HEAD_ROOM,
    LEGEND_ABOVE,
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
FITS = ((-APART, "as trained", "circle", CIRCUIT), (APART, "fitted anew", "diamond", INK))
"""The two marks of a rung: place in the row, name, shape, and colour."""


def score_intervals(judgement: Judgement) -> Figure:
    """Draw each model's accuracy with its 95 % interval, on a scale that shows the intervals."""
    models = judgement.models
    low = min(model.accuracy.low for model in models)
    high = max(model.accuracy.high for model in models)
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
    layout = rows_layout(len(rows), HEAD_ROOM)
    layout["xaxis"] = value_axis(start, end, [], f"accuracy on {judgement.rows:,} texts")
    layout["xaxis"] |= {"tickvals": None, "nticks": 6, "tickformat": ".3~f"}
    cells = ((m.head, *_cells(m.accuracy)) for m in models)
    return Figure(
        "Accuracy of each model with its 95 % interval",
        [
            *(
                interval_bar(m.accuracy.low, m.accuracy.high, k, HEAD_COLOURS[m.head], 3)
                for k, m in enumerate(models)
            ),
            points,
            row_names(names, start),
        ],
        layout,
        Table(("model", "accuracy", "interval from", "to"), tuple(cells)),
    )


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


def _cells(score: Score | None) -> tuple[str, str, str]:
    if score is None:
        return ("", "", "")
    return (plain(score.value, 4), plain(score.low, 4), plain(score.high, 4))
