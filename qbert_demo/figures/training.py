"""How heads learn: curves over epochs, one colour a head, drawn from the epochs told so far.

Loss and accuracy share the epochs' axis over all heads; solid lines are the training rows, dashed
ones the held-out rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.theme import (
    GRID,
    HEAD_COLOURS,
    SMALL,
    SUBDUED,
    base_layout,
    plain,
    quiet_axis,
)
from qbert_demo.results import Epoch

HEIGHT = 270
PART_DASHES = {"circuit": "dot", "adapters": "dash"}

Histories = Mapping[str, Sequence[Epoch]]


def loss_curves(histories: Histories, n_epochs: int) -> Figure:
    """Draw every head's loss on the training rows (solid) and the held-out rows (dashed).

    Args:
        histories: Epochs by head.
        n_epochs: Epochs that are planned, for an axis that does not move.
    """
    data = []
    for head, epochs in histories.items():
        data += [
            curve(f"{head}, training", epochs, [e.loss for e in epochs], HEAD_COLOURS[head]),
            curve(
                f"{head}, held out",
                epochs,
                [e.held_out_loss for e in epochs],
                HEAD_COLOURS[head],
                "dash",
            ),
        ]
    top = max((max(e.loss, e.held_out_loss) for es in histories.values() for e in es), default=1)
    layout = learning_layout(n_epochs, "loss", [0, 1.05 * top])
    columns = [name for h in histories for name in (f"{h} training", f"{h} held out")]
    rows = _rows(histories, lambda e: (plain(e.loss, 4), plain(e.held_out_loss, 4)))
    return Figure(
        "Loss: solid on training rows, dashed on held-out rows",
        data,
        layout,
        Table(("epoch", *columns), rows),
    )


def accuracy_curves(histories: Histories, n_epochs: int) -> Figure:
    """Draw the share of held-out rows that each head labels rightly, on the scale [0, 1]."""
    data = [
        curve(head, epochs, [e.accuracy for e in epochs], HEAD_COLOURS[head])
        for head, epochs in histories.items()
    ]
    layout = learning_layout(n_epochs, "held-out accuracy", [0, 1.02])
    rows = _rows(histories, lambda e: (plain(e.accuracy, 4),))
    return Figure("Held-out accuracy", data, layout, Table(("epoch", *histories), rows))


def gradient_curves(histories: Histories, n_epochs: int) -> Figure:
    """Draw the mean gradient norms of each head's parts, on a logarithmic scale.

    The circuit's are dotted, those of the encoder's updates (``adapters``) dashed.
    """
    parts = {head: tuple(es[0].gradients) if es else () for head, es in histories.items()}
    data = []
    for head, epochs in histories.items():
        for part in parts[head]:
            dash = PART_DASHES.get(part, "solid")
            norms = [e.gradients[part] for e in epochs]
            name = _part_name(head, part, parts[head])
            data.append(curve(name, epochs, norms, HEAD_COLOURS[head], dash))
    layout = learning_layout(n_epochs, "gradient norm", None)
    layout["yaxis"] |= {"type": "log", "exponentformat": "power", "autorange": True}
    columns = [_part_name(head, part, parts[head]) for head in histories for part in parts[head]]
    rows = _rows(histories, lambda e: tuple(f"{norm:.3g}" for norm in e.gradients.values()))
    return Figure(
        "Gradient norms, on a logarithmic scale", data, layout, Table(("epoch", *columns), rows)
    )


def curve(
    name: str,
    epochs: Sequence[Epoch],
    values: list[float],
    colour: str,
    dash: str = "solid",
    width: float = 2,
) -> Trace:
    """A line over the epochs, with a point for each value while there are few."""
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(values) < 3 else "lines",
        "name": name,
        "x": [e.epoch for e in epochs],
        "y": values,
        "line": {"color": colour, "dash": dash, "width": width},
        "hovertemplate": f"{name}, epoch %{{x:.3~g}}: %{{y:.4f}}<extra></extra>",
    }


def learning_layout(n_epochs: int, title: str, scale: list[float] | None) -> dict[str, Any]:
    """Axes whose epochs do not move; ``scale`` is the upright axis's range, if it is fixed."""
    axis = {
        "showgrid": True,
        "gridcolor": GRID,
        "tickfont": {"size": SMALL, "color": SUBDUED},
    }
    upright: dict[str, Any] = quiet_axis(**axis, title=_title(title), nticks=6)
    if scale:
        upright["range"] = scale
    return base_layout(
        HEIGHT,
        margin={"l": 58, "r": 8, "t": 34, "b": 42},
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "font": {"size": SMALL, "color": SUBDUED},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        xaxis=quiet_axis(**axis, title=_title("epoch"), range=[0, 1.02 * n_epochs], nticks=8),
        yaxis=upright,
        hovermode="closest",
    )


def passes(epoch: Epoch) -> str:
    """Write how many passes are done."""
    return f"{epoch.epoch:.3g}"


def _part_name(head: str, part: str, parts: Sequence[str]) -> str:
    """What a part of a head is called: ``hybrid, classical part``, but ``classical head``."""
    if part == "adapters":
        return f"{head}, encoder"
    if part == "circuit":
        return f"{head}, circuit"
    return f"{head}, classical part" if "circuit" in parts else f"{head} head"


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": SMALL, "color": SUBDUED}, "standoff": 6}


def _rows(
    histories: Histories, write: Callable[[Epoch], tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """One row a look with every head's cells; a head that is behind has empty ones."""
    longest = max((len(epochs) for epochs in histories.values()), default=0)
    rows = []
    for i in range(longest):
        cells = [next(passes(epochs[i]) for epochs in histories.values() if i < len(epochs))]
        for epochs in histories.values():
            width = len(write(epochs[0])) if epochs else 0
            cells += write(epochs[i]) if i < len(epochs) else [""] * width
        rows.append(tuple(cells))
    return tuple(rows)
