"""What each word added to a model's answer, and what happens without it, a bar a model.

Bars are scores of integrated gradients, diamonds the effect of leaving the word out, both in
logits of the label that is explained, on one scale for all models.
"""

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.prediction import PATTERN
from qbert_demo.figures.theme import (
    HEAD_COLOURS,
    HEAD_PATTERNS,
    PAPER,
    SMALL,
    axis_labels,
    base_layout,
    literal,
    quiet_axis,
    signed,
    value_axis,
)
from qbert_demo.results import Array, Explanation, ModelExplanation

BAR = 14
"""Pixels for a model's bar."""
GAP = 10
"""Pixels between the bars of two words."""
AXIS_ROOM, LEGEND_ROOM = 44, 26
LEAST = 0.02
"""Share of the scale below which a diamond is left out, so that none hides a bar at zero."""
WIDEST = 960
LABEL_LENGTH = 14
"""Characters of a word that are shown."""
MOST_WORDS = 24
"""Words that are drawn; of a longer text those with the largest scores, in the text's order."""


def word_bars(explanation: Explanation) -> Figure:
    """Draw each word's score and the effect of leaving it out, for all models on one scale."""
    models = tuple(explanation.models.values())
    drawn = drawn_words(explanation)
    reach = 1.08 * max(explanation.reach, *(_largest(model.without) for model in models), 0.01)
    pitch = len(models) * BAR + GAP
    words = [explanation.words[k].text for k in drawn]
    names, room = axis_labels(words, LABEL_LENGTH)
    data: list[Trace] = []
    for place, model in enumerate(models):
        rows = [pitch * row + GAP / 2 + BAR * (place + 0.5) for row in range(len(drawn))]
        data += _model_traces(model, drawn, rows, LEAST * reach)
    height = max(pitch * len(drawn), 1)
    layout = base_layout(
        height + AXIS_ROOM + LEGEND_ROOM,
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": SMALL},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        margin={"l": int(14 + room), "r": 12, "t": LEGEND_ROOM, "b": AXIS_ROOM},
        xaxis={
            **value_axis(-reach, reach, [], "added to the logit of the model's label"),
            "tickvals": None,
            "nticks": 7,
        },
        yaxis=quiet_axis(
            range=[height, 0],
            tickvals=[pitch * (row + 0.5) for row in range(len(drawn))],
            ticktext=names,
        ),
        barmode="overlay",
    )
    whole = len(drawn) == len(explanation.words)
    which = "Each word" if whole else f"The {len(drawn)} words of most effect"
    return Figure(
        f"{which}: bar, what it adds; diamond, what is lost without it",
        data,
        layout,
        _table(models),
        max_width=WIDEST,
    )


def drawn_words(explanation: Explanation) -> list[int]:
    """Places of the words that are drawn, in the order of the text."""
    scores = np.abs([model.logit.scores for model in explanation.models.values()])
    largest = scores.max(0)
    return sorted(np.argsort(-largest, kind="stable")[:MOST_WORDS].tolist())


def _model_traces(
    model: ModelExplanation, drawn: list[int], rows: list[float], least: float
) -> list[Trace]:
    """Draw a model's bars, and diamonds where leaving the word out does at least so much."""
    colour = HEAD_COLOURS[model.head]
    words = [literal(model.words[k].text) for k in drawn]
    scores, without = model.logit.scores[drawn].tolist(), model.without[drawn].tolist()
    tried = [k for k, effect in enumerate(without) if abs(effect) >= least]
    hover = f"{model.head}, %{{customdata}}: %{{x:+.3f}} for {literal(model.label)}"
    bars = {
        "type": "bar",
        "name": model.head,
        "orientation": "h",
        "x": scores,
        "y": rows,
        "width": BAR - 3,
        "customdata": words,
        "marker": {
            "color": colour,
            "line": {"width": 0},
            "pattern": {"shape": HEAD_PATTERNS[model.head], **PATTERN},
        },
        "hovertemplate": f"{hover}<extra></extra>",
    }
    diamonds = {
        "type": "scatter",
        "name": f"{model.head}, left out",
        "mode": "markers",
        "x": [without[k] for k in tried],
        "y": [rows[k] for k in tried],
        "customdata": [words[k] for k in tried],
        "marker": {
            "symbol": "diamond",
            "size": 8,
            "color": PAPER,
            "line": {"color": colour, "width": 2},
        },
        "cliponaxis": False,
        "hovertemplate": f"{hover} is lost without it<extra></extra>",
    }
    return [bars, diamonds]


def _largest(values: Array) -> float:
    known = np.abs(values[~np.isnan(values)])
    return float(known.max(initial=0.0))


def _table(models: tuple[ModelExplanation, ...]) -> Table:
    head = ["word"]
    for model in models:
        head += [f"{model.head}, {model.label}", "without it", "signs"]
    rows = []
    for k, word in enumerate(models[0].words):
        row = [word.text]
        for model in models:
            effect = float(model.without[k])
            row += [
                signed(float(model.logit.scores[k]), 3),
                "not tried" if np.isnan(effect) else signed(effect, 3),
                "differ" if k in model.opposed else "",
            ]
        rows.append(tuple(row))
    return Table(tuple(head), tuple(rows))
