"""Pinned texts in HTML, on the page and as a file: answers, marked words and <Z>, side by side."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from qbert_demo.figures.theme import percent, plain, signed
from qbert_demo.results import CircuitReading, Comparison, Explanation, Prediction
from qbert_demo.service.explaining import expected_seconds
from qbert_demo.ui.compare.why_page import document
from qbert_demo.ui.compare.why_words import MARKS, marked
from qbert_demo.ui.parts.file_link import File
from qbert_demo.ui.parts.words import duration, error_html, shown

MOST = 4
"""Texts that can be pinned at the same time."""
LONG = 300
"""Characters of a text beyond which it scrolls in a frame of its own."""
EMPTY = (
    '<p class="hint">Nothing is pinned. “Pin this text”, below an answer, keeps a text here with '
    f"its answers, its words and its qubits; up to {MOST} stand side by side. Another text or "
    "task changes none of them, and they are gone when you close the page.</p>"
)


@dataclass
class Pin:
    """A pinned text.

    Attributes:
        number: Tells it from every other of the page.
        title: Its task's name for people.
        answers: What the models say of it.
        words: Why they do; ``None`` until that is known.
        trouble: Why that cannot be known, in a sentence; may be empty.
    """

    number: int
    title: str
    answers: Comparison
    words: Explanation | None = None
    trouble: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether its words are still to be found."""
        return self.words is None and not self.trouble


def board_html(pins: Sequence[Pin], *, with_buttons: bool = True) -> str:
    """Show pinned texts side by side, their words and <Z> on one scale each.

    Args:
        pins: The texts, at most `MOST`.
        with_buttons: Whether they can be unpinned.
    """
    if not pins:
        return EMPTY
    reach = max((pin.words.reach for pin in pins if pin.words), default=0.0)
    cards = "".join(_card(pin, reach, with_buttons) for pin in pins)
    every = '<button type="button" class="plain" data-pin="all">Unpin all</button>'
    return (
        f'<p class="agreement">{_agreement(pins)}</p><div class="cards">{cards}</div>'
        f'<p class="hint">{_scales(pins, reach)}</p>{every if with_buttons else ""}'
    )


def page(pins: Sequence[Pin]) -> File:
    """The pinned texts as a `File` that needs nothing else."""
    board = board_html(pins, with_buttons=False)
    text = document("Pinned texts", f'<div id="pins-board">{board}</div>', "why", "pins")
    return File("qbert-pinned.html", text.encode())


def _agreement(pins: Sequence[Pin]) -> str:
    several = [pin.answers for pin in pins if len(pin.answers.predictions) > 1]
    if not several:
        return ""
    texts = "the text" if len(several) == 1 else f"{len(several)} texts"
    agreed = sum(answers.agree for answers in several)
    if len(several) == 1:
        return f"The models {'agree' if agreed else 'disagree'} on {texts}."
    return f"The models agree on {agreed} of {texts}."


def _scales(pins: Sequence[Pin], reach: float) -> str:
    parts = []
    if reach:
        parts.append(
            f"{MARKS} Colours have one scale for all pinned texts and models: the deepest is "
            f"{plain(reach)} of a logit."
        )
    if any(_circuit(pin) for pin in pins):
        parts.append("⟨Z⟩ is drawn from \N{MINUS SIGN}1 to 1 for every text.")
    if len({pin.answers.task for pin in pins}) > 1:
        parts.append("Texts of different tasks were read by different models.")
    return " ".join(parts)


def _card(pin: Pin, reach: float, with_buttons: bool) -> str:
    text = pin.answers.text
    name, frame = f"pin-{pin.number}", ' class="long" tabindex="0"' if len(text) > LONG else ""
    label = html.escape(f"Unpin: {text[:40]}")
    button = (
        f'<button type="button" class="plain" data-pin="{pin.number}" aria-label="{label}">'
        "Unpin</button>"
        if with_buttons
        else ""
    )
    return (
        f'<article aria-labelledby="{name}"><div class="of"><span>{html.escape(pin.title)}</span>'
        f'{button}</div><h3 id="{name}" dir="auto"{frame}>{shown(text)}</h3>'
        f"{_answers(pin.answers)}<div>{_words(pin, reach)}</div><div>{_qubits(pin)}</div></article>"
    )


def _answers(answers: Comparison) -> str:
    rows = "".join(_answer(p, head) for head, p in answers.predictions.items())
    return f'<table class="answers" aria-label="What the models say"><tbody>{rows}</tbody></table>'


def _answer(prediction: Prediction, head: str) -> str:
    return (
        f'<tr><th scope="row" style="--head: var(--{head})">{head}</th>'
        f"<td>{shown(prediction.label)}</td><td>{percent(prediction.confidence)}</td></tr>"
    )


def _words(pin: Pin, reach: float) -> str:
    if pin.trouble:
        return error_html(pin.trouble)
    if pin.words is None:
        seconds = duration(expected_seconds(pin.answers))
        return f'<p class="hint">Finding its words: about {seconds} when nobody else asks.</p>'
    return "".join(marked(pin.words, model, reach) for model in pin.words.models.values())


def _qubits(pin: Pin) -> str:
    circuit = _circuit(pin)
    if circuit is None:
        return ""
    rows = "".join(map(_qubit, range(circuit.n_qubits), circuit.values.tolist()))
    return (
        f'<table class="qubits"><caption>⟨Z⟩ of each qubit</caption><tbody>{rows}</tbody></table>'
    )


def _qubit(place: int, value: float) -> str:
    side = "up" if value > 0 else "down"
    width = 50 * abs(value)
    left = 50 - (0 if value > 0 else width)
    return (
        f'<tr><th scope="row">q{place}</th><td><div class="value"><span class="axis">'
        f'<span class="{side}" style="left: {left:.1f}%; width: {width:.1f}%"></span></span>'
        f"{signed(value)}</div></td></tr>"
    )


def _circuit(pin: Pin) -> CircuitReading | None:
    hybrid = pin.answers.predictions.get("hybrid")
    return hybrid.circuit if hybrid else None
