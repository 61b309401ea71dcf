"""The map is read back: every text in its label's colour and shape, rings around mistakes."""

import pytest

from qbert_demo.figures.split_map import COLOURS, HOVER_CHARACTERS, RING, SYMBOLS, split_map
from tests.figures.test_circuit import resolved
from tests.judgements import made_up_map, made_up_texts

FOUND, LABELS = made_up_map(), ("negative", "positive")
TEXTS = [made_up_texts().texts[k] for k in FOUND.places]
FIGURE = split_map(FOUND, FOUND.encoder, "Vectors", TEXTS, LABELS)


def test_the_figure_is_complete() -> None:
    resolved(FIGURE)
    assert FIGURE.layout["xaxis"]["title"]["text"].startswith("first component, 70")
    assert {len(row) for row in FIGURE.table.rows} == {len(FIGURE.table.head)}


def test_every_text_stands_where_it_lies_under_its_true_label() -> None:
    for label, trace in enumerate(FIGURE.data[:2]):
        inside = FOUND.truth == label
        assert trace["name"] == LABELS[label]
        assert trace["x"] == pytest.approx(FOUND.encoder.points[inside, 0], abs=1e-4)
        assert trace["y"] == pytest.approx(FOUND.encoder.points[inside, 1], abs=1e-4)
        assert trace["marker"]["color"] == COLOURS[label]
        assert trace["marker"]["symbol"] == SYMBOLS[label]


def test_rings_stand_around_the_hybrids_mistakes() -> None:
    ring = FIGURE.data[-1]
    assert ring["name"] == RING
    wrong = FOUND.encoder.points[FOUND.said != FOUND.truth]
    assert ring["x"] == pytest.approx(wrong[:, 0], abs=1e-4)
    assert len(ring["x"]) == 2


def test_texts_are_short_and_escaped_beside_their_points() -> None:
    long = ["<i>word</i> " * 100] * len(TEXTS)
    hint = split_map(FOUND, FOUND.circuit, "Values", long, LABELS).data[0]["customdata"][0]
    assert "<i>" not in hint
    assert "&lt;i&gt;word" in hint
    assert len(hint) < 3 * HOVER_CHARACTERS
    assert hint.endswith("true negative, hybrid says negative")


def test_labels_beyond_the_colours_begin_anew() -> None:
    many = tuple(f"class {k}" for k in range(len(COLOURS) + 1))
    data = split_map(FOUND, FOUND.circuit, "Values", TEXTS, many).data
    assert data[0]["marker"]["color"] == data[len(COLOURS)]["marker"]["color"]
