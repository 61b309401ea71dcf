"""A figure of lying bars, lines, points and texts as SVG, for files that must stand alone.

It draws what the page's figures of words are made of, and of their layout margins, height, ranges,
row labels and annotations above the axes. Colours that depend on the theme stay ``var(--...)``,
for the file's styles.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from qbert_demo.figures.figure import Figure, Trace
from qbert_demo.figures.theme import INK, SMALL, SUBDUED

WIDTH = 760


class _Plane:
    """From a figure's axes to pixels."""

    def __init__(self, layout: dict[str, Any]) -> None:
        margin = layout["margin"]
        self.left, self.top = margin["l"], margin["t"]
        self.width = WIDTH - margin["l"] - margin["r"]
        self.height = layout["height"] - margin["t"] - margin["b"]
        self.x_range, self.y_range = layout["xaxis"]["range"], layout["yaxis"]["range"]

    def x(self, value: float) -> float:
        low, high = self.x_range
        return round(self.left + self.width * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        bottom, top = self.y_range
        return round(self.top + self.height * (1 - (value - bottom) / (top - bottom)), 1)


def as_svg(figure: Figure) -> str:
    """Draw a figure, `WIDTH` pixels wide."""
    plane, layout = _Plane(figure.layout), figure.layout
    parts = [*_rows(layout["yaxis"], plane), *_zero(layout["xaxis"], plane)]
    for note in layout.get("annotations", ()):
        anchor = {"left": "start", "right": "end"}.get(note["xanchor"], "middle")
        parts.append(_text(plane.x(note["x"]), plane.top - note["yshift"], note["text"], anchor))
    for trace in figure.data:
        parts += _trace(trace, plane)
    return (
        f'<svg viewBox="0 0 {WIDTH} {layout["height"]}" role="img" '
        f'aria-label="{escape(figure.title)}" font-family="sans-serif" font-size="{SMALL}">'
        f"{''.join(parts)}</svg>"
    )


def _rows(axis: dict[str, Any], plane: _Plane) -> Iterator[str]:
    for value, name in zip(axis["tickvals"], axis["ticktext"], strict=True):
        yield _text(plane.left - 12, plane.y(value) + 4, name, "end")


def _zero(axis: dict[str, Any], plane: _Plane) -> Iterator[str]:
    low, high = axis["range"]
    if not low < 0 < high:
        return
    x, below = plane.x(0), plane.top + plane.height
    yield f'<path d="M{x} {plane.top}V{below}" style="stroke:{SUBDUED}"/>'
    for value in (low / 2, 0, high / 2):
        yield _text(plane.x(value), below + 16, f"{value:.2g}", "middle")
    yield _text(plane.x(0), below + 34, escape(axis["title"]["text"]), "middle")


def _trace(trace: Trace, plane: _Plane) -> Iterator[str]:
    if trace["type"] == "bar":
        yield from _bars(trace, plane)
    elif trace["mode"] == "lines":
        yield _lines(trace, plane)
    else:
        yield from _points(trace, plane)


def _bars(trace: Trace, plane: _Plane) -> Iterator[str]:
    for value, row in zip(trace["x"], trace["y"], strict=True):
        ends = sorted((plane.x(0), plane.x(value)))
        yield (
            f'<rect x="{ends[0]}" y="{plane.y(row) - trace["width"] / 2}" '
            f'width="{ends[1] - ends[0]:.1f}" height="{trace["width"]}" '
            f'style="fill:{trace["marker"]["color"]}"/>'
        )


def _lines(trace: Trace, plane: _Plane) -> str:
    path, begun = [], False
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if x is not None:
            path.append(f"{'L' if begun else 'M'}{plane.x(x)} {plane.y(y)}")
        begun = x is not None
    line = trace["line"]
    dash = "" if line["dash"] == "solid" else f";stroke-dasharray:{line['dash']}"
    style = f"fill:none;stroke:{line['color']};stroke-width:{line['width']}{dash}"
    return f'<path d="{"".join(path)}" style="{style}" opacity="{trace["opacity"]}"/>'


def _points(trace: Trace, plane: _Plane) -> Iterator[str]:
    marker, colours = trace["marker"], trace["marker"]["color"]
    size, turn = marker["size"] / 2, marker.get("symbol") == "diamond"
    beside = trace.get("textposition") == "middle right"
    for k, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        across, down = plane.x(x), plane.y(y)
        colour = colours if isinstance(colours, str) else colours[k]
        style = f"fill:{colour};stroke:{marker['line']['color']};stroke-width:1.5"
        yield (
            f'<path d="M{across - size} {down}l{size} {-size} {size} {size} {-size} {size}z" '
            f'style="{style}"/>'
            if turn
            else f'<circle cx="{across}" cy="{down}" r="{size}" style="{style}"/>'
        )
        if trace.get("text"):
            lines = re.split("<br>", trace["text"][k])
            for place, line in enumerate(lines):
                above = 14 * (place - len(lines)) + (14 if beside else 4)
                anchor = "start" if beside else "middle"
                yield _text(across + (10 if beside else 0), down + above, line, anchor)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    """Write a text that is escaped already."""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" style="fill:{INK}">{text}</text>'
