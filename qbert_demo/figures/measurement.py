"""What a machine with finitely many shots and noise would read off the qubits."""

from qbert_demo.figures.figure import Figure, Table
from qbert_demo.figures.theme import (
    CIRCUIT,
    INK,
    SUBDUED,
    base_layout,
    quiet_axis,
    signed,
    value_axis,
)
from qbert_demo.results import Array

ROW = 40


def measured_values(ideal: Array, estimates: Array, errors: Array) -> Figure:
    """Draw <Z_k> without noise as rings, and as measured as dots with their standard errors.

    Args:
        ideal: Exact values without noise, shape ``(n,)``.
        estimates: Values as measured, shape ``(n,)``.
        errors: Their standard errors, shape ``(n,)``; zeros for infinitely many shots.
    """
    qubits = [f"q{k}" for k in range(len(ideal))]
    rows = list(range(len(ideal)))
    rings = {
        "type": "scatter",
        "name": "exact, without noise",
        "mode": "markers",
        "x": ideal.tolist(),
        "y": rows,
        "marker": {"symbol": "circle-open", "size": 15, "color": INK, "line": {"width": 2}},
        "hovertemplate": "%{x:+.4f} exactly, without noise<extra></extra>",
    }
    dots = {
        "type": "scatter",
        "name": "measured, with standard error",
        "mode": "markers",
        "x": estimates.tolist(),
        "y": rows,
        "error_x": {
            "type": "data",
            "array": errors.tolist(),
            "color": CIRCUIT,
            "thickness": 2,
            "width": 5,
        },
        "marker": {"size": 8, "color": CIRCUIT},
        "hovertemplate": "%{x:+.4f} measured<extra></extra>",
    }
    written = [
        f"  {signed(z)}" + (f" ± {e:.2g}" if e else "")
        for z, e in zip(estimates.tolist(), errors.tolist(), strict=True)
    ]
    values = {
        "type": "scatter",
        "name": "written",
        "mode": "text",
        "x": [1] * len(rows),
        "y": rows,
        "text": written,
        "textposition": "middle right",
        "textfont": {"color": INK},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }
    layout = base_layout(
        ROW * len(rows) + 80,
        margin={"l": 34, "r": 110, "t": 34, "b": 44},
        xaxis=value_axis(-1, 1, [-1, -0.5, 0, 0.5, 1], "⟨Z⟩"),
        yaxis=quiet_axis(range=[len(rows) - 0.5, -0.5], tickvals=rows, ticktext=qubits),
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "font": {"color": SUBDUED},
        },
    )
    table = Table(
        ("qubit", "exact ⟨Z⟩", "measured ⟨Z⟩", "standard error"),
        tuple(
            (name, signed(x, 4), signed(z, 4), f"{e:.4f}")
            for name, x, z, e in zip(
                qubits, ideal.tolist(), estimates.tolist(), errors.tolist(), strict=True
            )
        ),
    )
    return Figure("⟨Z⟩ as measured", [rings, dots, values], layout, table, max_width=640)
