"""How words reach a label through a circuit: words to angles, angles to qubits, qubits to label.

Ribbons are as wide as what they carry, widest alike in each of the three parts: radians that a
word turned an angle by; how far an angle alone moved <Z>; a qubit's weight times <Z>. What raises
is green and solid, what lowers purple and dashed.
"""

from typing import NamedTuple

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.theme import (
    GRID,
    HEAD_COLOURS,
    INK,
    NEGATIVE,
    PAPER,
    POSITIVE,
    SMALL,
    SUBDUED,
    TINY,
    axis_labels,
    base_layout,
    literal,
    quiet_axis,
    signed,
)
from qbert_demo.results import Array, CircuitPaths, ModelExplanation

COLUMNS = (0.0, 0.4, 0.74, 1.0)
"""Where words, angles, qubits and the label stand."""
HEADS = ("words", "angles, rad", "qubits, ⟨Z⟩", "label")
MOST_WORDS = 20
"""Words that are drawn; of a longer text those of most effect."""
ROW, TOP = 22, 46
WIDTHS = (1.0, 2.5, 5.0, 8.0)
"""Pixels of a ribbon that carries up to a quarter, half, three quarters and all of the most."""
BESIDE = {"ticks": "outside", "ticklen": 8, "tickcolor": "rgba(0,0,0,0)"}
"""An axis whose labels keep off the points on it."""
LEAST = 0.06
"""Share of the most below which nothing is drawn."""
LABEL_LENGTH = 11
NARROWEST = 330


class Chosen(NamedTuple):
    """The part whose paths are lit: a word or a qubit by its place, or all paths."""

    kind: str = "all"
    place: int = 0


ALL = Chosen()


def flow(model: ModelExplanation, chosen: Chosen = ALL) -> Figure:
    """Draw the way through the circuit of a model that has one.

    Raises:
        ValueError: If it has none.
    """
    paths = model.circuit
    if paths is None:
        raise ValueError(f"{model.head} has no circuit.")
    drawn = drawn_words(model)
    height = ROW * max(len(drawn), 2 * len(paths.angles)) + TOP
    rows = [_spread(len(drawn)), _spread(len(paths.angles)), _spread(len(paths.qubits)), [0.5]]
    names, room = axis_labels([model.words[k].text for k in drawn], LABEL_LENGTH)
    data = _ribbons(model, paths, chosen, drawn, rows)
    data += _nodes(model, paths, chosen, drawn, rows)
    layout = base_layout(
        height,
        margin={"l": int(room) + 16, "r": 66, "t": TOP, "b": 0},
        xaxis=quiet_axis(range=[0, 1], showticklabels=False),
        yaxis=quiet_axis(range=[1, 0], tickvals=rows[0], ticktext=names, **BESIDE),
        annotations=[_heading(x, text) for x, text in zip(COLUMNS, HEADS, strict=True)],
    )
    return Figure(
        f"From words to {model.label}, through angles and qubits",
        data,
        layout,
        _table(model, paths),
        min_width=NARROWEST,
        max_width=960,
    )


def drawn_words(model: ModelExplanation) -> list[int]:
    """Places of the words that are drawn, in the order of the text."""
    if model.circuit is None:
        return []
    turned = np.sum([np.abs(angle.scores) for angle in model.circuit.angles], axis=0)
    return sorted(np.argsort(-turned, kind="stable")[:MOST_WORDS].tolist())


def word_shares(paths: CircuitPaths, word: int) -> Array:
    """What a word adds to the label's logit by way of each qubit, shape ``(n_qubits,)``."""
    return paths.weights * np.array([qubit.scores[word] for qubit in paths.qubits])


def _ribbons(
    model: ModelExplanation,
    paths: CircuitPaths,
    chosen: Chosen,
    drawn: list[int],
    rows: list[list[float]],
) -> list[Trace]:
    """Draw the three parts, what is not chosen first and faintly."""
    turns = np.array([angle.scores[drawn] for angle in paths.angles]).T
    parts = [turns, paths.responses.T, paths.shares[:, None]]
    lit = _lit(parts, paths, chosen, drawn)
    faint: dict[tuple[str, float], list[list[float]]] = {}
    strong: dict[tuple[str, float], list[list[float]]] = {}
    for part, (values, shown) in enumerate(zip(parts, lit, strict=True)):
        most = np.abs(values).max(initial=0.0) or 1.0
        for (start, end), value in np.ndenumerate(values):
            share = abs(value) / most
            if share < LEAST:
                continue
            line = (rows[part][start], rows[part + 1][end])
            key = ("up" if value > 0 else "down", WIDTHS[min(3, int(4 * share))])
            place = strong if shown[start, end] else faint
            place.setdefault(key, []).append([*COLUMNS[part : part + 2], *line])
    return [
        *(_ribbon(GRID, key, lines) for key, lines in faint.items()),
        *(
            _ribbon({"up": POSITIVE, "down": NEGATIVE}[k[0]], k, lines)
            for k, lines in strong.items()
        ),
    ]


def _lit(parts: list[Array], paths: CircuitPaths, chosen: Chosen, drawn: list[int]) -> list[Array]:
    """Which ribbons of each part belong to what is chosen."""
    lit = [np.ones(part.shape, bool) for part in parts]
    if chosen.kind == "word" and chosen.place in drawn:
        word = drawn.index(chosen.place)
        lit[0][:] = False
        lit[0][word] = True
        turned = np.abs(parts[0][word])
        lit[1][turned < turned.max() / 4] = False
        added = np.abs(word_shares(paths, chosen.place))
        lit[2][added < added.max() / 4] = False
        lit[1][:, added < added.max() / 4] = False
    elif chosen.kind == "qubit" and chosen.place < len(paths.qubits):
        others = np.arange(len(paths.qubits)) != chosen.place
        lit[1][:, others] = False
        lit[2][others] = False
        felt = np.abs(parts[1][:, chosen.place])
        lit[0][:, felt < felt.max() / 4] = False
    return lit


def _ribbon(colour: str, key: tuple[str, float], lines: list[list[float]]) -> Trace:
    """Draw curves of one colour and width as one trace."""
    direction, width = key
    along = np.linspace(0, 1, 13)
    ease = along**2 * (3 - 2 * along)
    x: list[float | None] = []
    y: list[float | None] = []
    for x0, x1, y0, y1 in lines:
        x += [*np.round(x0 + (x1 - x0) * along, 4).tolist(), None]
        y += [*np.round(y0 + (y1 - y0) * ease, 4).tolist(), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": direction,
        "x": x,
        "y": y,
        "line": {
            "color": colour,
            "width": width,
            "dash": {"up": "solid", "down": "5px,3px"}[direction],
        },
        "opacity": 0.75,
        "hoverinfo": "skip",
        "connectgaps": False,
    }


def _nodes(
    model: ModelExplanation,
    paths: CircuitPaths,
    chosen: Chosen,
    drawn: list[int],
    rows: list[list[float]],
) -> list[Trace]:
    """Draw words, angles, qubits and label; a click on a word or a qubit chooses it."""
    turned = [f"θ{k}<br>{signed(a.value)}" for k, a in enumerate(paths.angles)]
    measured = [f"q{k}<br>{signed(q.value)}" for k, q in enumerate(paths.qubits)]
    of_word = [
        f"{literal(model.words[k].text)}: {signed(float(model.logit.scores[k]), 3)}" for k in drawn
    ]
    of_angle = [
        f"θ{k}: base {signed(a.base, 3)}, now {signed(a.value, 3)} rad"
        for k, a in enumerate(paths.angles)
    ]
    shares = zip(paths.qubits, paths.weights, paths.shares, strict=True)
    of_qubit = [
        f"q{k}: weight {signed(w, 3)} × ⟨Z⟩ {signed(q.value, 3)} = {signed(s, 3)}"
        for k, (q, w, s) in enumerate(shares)
    ]
    label, _ = axis_labels([model.label], 9)
    said = f"{label[0]}<br>{signed(model.logit.value)}"
    lit_word = (
        [drawn.index(chosen.place)] if chosen.kind == "word" and chosen.place in drawn else []
    )
    lit_qubit = [chosen.place] if chosen.kind == "qubit" else []
    return [
        _node("words", COLUMNS[0], rows[0], [], of_word, lit_word),
        _node("angles", COLUMNS[1], rows[1], turned, of_angle, []),
        _node("qubits", COLUMNS[2], rows[2], measured, of_qubit, lit_qubit),
        _node("label", COLUMNS[3], rows[3], [said], [literal(model.label)], [], "middle right"),
    ]


def _node(
    name: str,
    x: float,
    rows: list[float],
    texts: list[str],
    hover: list[str],
    lit: list[int],
    position: str = "top center",
) -> Trace:
    colours = [HEAD_COLOURS["hybrid"] if k in lit else PAPER for k in range(len(rows))]
    return {
        "type": "scatter",
        "mode": "markers+text" if texts else "markers",
        "name": name,
        "x": [x] * len(rows),
        "y": rows,
        "text": texts or None,
        "textposition": position,
        "textfont": {"size": SMALL, "color": INK},
        "customdata": hover,
        "marker": {"size": 13, "color": colours, "line": {"color": INK, "width": 1.5}},
        "cliponaxis": False,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _heading(x: float, text: str) -> dict[str, object]:
    anchor = {0.0: "right", 1.0: "left"}.get(x, "center")
    return {
        "x": x,
        "y": 1,
        "xref": "x",
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 14,
        "xanchor": anchor,
        "text": text,
        "showarrow": False,
        "font": {"size": TINY, "color": SUBDUED},
    }


def _spread(n: int) -> list[float]:
    return [(k + 0.5) / n for k in range(n)]


def _table(model: ModelExplanation, paths: CircuitPaths) -> Table:
    """All numbers: a row a word, then base, gap and value, then what leads from there on."""
    n = len(paths.angles)
    head = ("word", *(f"θ{k}, rad" for k in range(n)), *(f"⟨Z⟩ of q{k}" for k in range(n)))
    columns = (*paths.angles, *paths.qubits)
    rows = [
        (word.text, *(signed(float(c.scores[k]), 3) for c in columns))
        for k, word in enumerate(model.words)
    ]
    rows += [
        (name, *(signed(getattr(c, kind), 3) for c in columns))
        for name, kind in (("base", "base"), ("gap", "gap"), ("value", "value"))
    ]
    blank = ("",) * n
    rows.append((f"weight for {model.label}", *blank, *(signed(w, 3) for w in paths.weights)))
    rows.append(("weight times ⟨Z⟩", *blank, *(signed(s, 3) for s in paths.shares)))
    rows += [
        (f"θ{j} alone moved", *blank, *(signed(r, 3) for r in paths.responses[:, j]))
        for j in range(n)
    ]
    return Table(head, tuple(rows))
