"""Bars of words and the flow through a circuit: what they draw is what was found."""

from dataclasses import replace

import numpy as np
import pytest

from qbert_demo.figures import attribution
from qbert_demo.figures.attribution import MOST_WORDS, word_bars
from qbert_demo.figures.flow import MOST_WORDS as MOST_IN_FLOW
from qbert_demo.figures.flow import Chosen, drawn_words, flow, word_shares
from qbert_demo.results import Explanation, ModelExplanation, Word
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()
TEXT = "good but <i>dull</i> and good"
HEADS = ("classical", "hybrid", "control")


@pytest.fixture(scope="module")
def found() -> Explanation:
    return EXPLORER.explain("sst2", TEXT, HEADS)


def test_all_models_have_bars_on_one_scale_that_holds_everything(found: Explanation) -> None:
    figure = word_bars(found)
    bars = [trace for trace in figure.data if trace["type"] == "bar"]
    assert [trace["name"] for trace in bars] == list(HEADS)
    for trace, model in zip(bars, found.models.values(), strict=True):
        np.testing.assert_allclose(trace["x"], model.logit.scores)
    low, high = figure.layout["xaxis"]["range"]
    assert -low == high
    everything = [abs(x) for trace in figure.data for x in trace["x"]]
    assert max(everything) <= high
    rows = [y for trace in bars for y in trace["y"]]
    assert len(set(rows)) == len(rows)
    assert all(0 < y < figure.layout["yaxis"]["range"][0] for y in rows)


def test_diamonds_are_effects_that_do_not_hide_a_bar(found: Explanation) -> None:
    figure = word_bars(found)
    least = attribution.LEAST * figure.layout["xaxis"]["range"][1]
    diamonds = [trace for trace in figure.data if trace["type"] == "scatter"]
    for trace, model in zip(diamonds, found.models.values(), strict=True):
        assert trace["x"] == [x for x in model.without.tolist() if abs(x) >= least]


def test_what_plotly_would_read_as_html_is_escaped(found: Explanation) -> None:
    names = word_bars(found).layout["yaxis"]["ticktext"]
    assert "&lt;" in names
    assert "<" not in names
    assert all("<" not in text for text in word_bars(found).data[0]["customdata"])


def test_the_table_has_every_word_and_says_where_signs_differ(found: Explanation) -> None:
    table = word_bars(found).table
    words = next(iter(found.models.values())).words
    assert [row[0] for row in table.rows] == [word.text for word in words]
    for place, model in enumerate(found.models.values()):
        marked = tuple(k for k, row in enumerate(table.rows) if row[3 * place + 3] == "differ")
        assert marked == model.opposed


def test_words_that_were_not_left_out_are_told(found: Explanation) -> None:
    model = found.models["hybrid"]
    without = model.without.copy()
    without[0] = np.nan
    figure = word_bars(replace(found, models={"hybrid": replace(model, without=without)}))
    assert figure.table.rows[0][2] == "not tried"
    assert 0 not in replace(model, without=without).opposed


def test_of_a_long_text_the_words_of_most_effect_are_drawn_in_order() -> None:
    long = EXPLORER.explain("sst2", " ".join(f"word{k}" for k in range(60)))
    figure = word_bars(long)
    names = figure.layout["yaxis"]["ticktext"]
    assert len(names) == MOST_WORDS
    assert names == sorted(names, key=lambda name: int(name[4:]))
    largest = {
        model.words[int(np.abs(model.logit.scores).argmax())].text for model in long.models.values()
    }
    assert largest <= set(names)
    assert len(figure.table.rows) == 60
    assert str(MOST_WORDS) in figure.title
    assert len(drawn_words(long.models["hybrid"])) == MOST_IN_FLOW


@pytest.fixture
def hybrid(found: Explanation) -> ModelExplanation:
    return found.models["hybrid"]


def ribbons(model: ModelExplanation, *chosen: Chosen) -> list[tuple[str, float, float, float]]:
    """Colour, and x of start, y of start and y of end, of every ribbon."""
    result = []
    for trace in flow(model, *chosen).data:
        if trace["mode"] == "lines":
            ends = [k for k, x in enumerate(trace["x"]) if x is None]
            starts = [0, *(k + 1 for k in ends[:-1])]
            result += [
                (trace["line"]["color"], trace["x"][a], trace["y"][a], trace["y"][b - 1])
                for a, b in zip(starts, ends, strict=True)
            ]
    return result


def test_the_flow_draws_turns_responses_and_shares(hybrid: ModelExplanation) -> None:
    paths = hybrid.circuit
    assert paths is not None
    nodes = {t["name"]: t for t in flow(hybrid).data if t["mode"] != "lines"}
    turns = np.array([angle.scores for angle in paths.angles]).T
    parts = [turns, paths.responses.T, paths.shares[:, None]]
    drawn = ribbons(hybrid)
    columns = ("words", "angles", "qubits", "label")
    for part, (start, end) in enumerate(zip(columns, columns[1:], strict=False)):
        x = nodes[start]["x"][0]
        found = {(round(a, 3), round(b, 3)) for _, at, a, b in drawn if at == x}
        most = np.abs(parts[part]).max()
        expected = {
            (round(nodes[start]["y"][i], 3), round(nodes[end]["y"][j], 3))
            for (i, j), value in np.ndenumerate(parts[part])
            if abs(value) >= 0.06 * most
        }
        assert found == expected


def test_shares_in_the_table_are_weight_times_value(hybrid: ModelExplanation) -> None:
    paths = hybrid.circuit
    assert paths is not None
    rows = {row[0]: row[5:] for row in flow(hybrid).table.rows}
    weight, value = rows[f"weight for {hybrid.label}"], rows["value"]
    numbers = [[float(x.replace("\N{MINUS SIGN}", "-")) for x in row] for row in (weight, value)]
    np.testing.assert_allclose(np.prod(numbers, 0), paths.shares, atol=2e-3)
    assert paths.shares.sum() + paths.bias == pytest.approx(hybrid.logit.value)


@pytest.mark.parametrize("chosen", [Chosen("word", 1), Chosen("qubit", 2)])
def test_what_is_chosen_lights_up_its_own_paths(hybrid: ModelExplanation, chosen: Chosen) -> None:
    nodes = {t["name"]: t for t in flow(hybrid, chosen).data if t["mode"] != "lines"}
    lit = [r for r in ribbons(hybrid, chosen) if not r[0].startswith("var(")]
    assert 0 < len(lit) < len(ribbons(hybrid, chosen)) == len(ribbons(hybrid))
    if chosen.kind == "word":
        own = round(nodes["words"]["y"][drawn_words(hybrid).index(chosen.place)], 3)
        assert {round(y, 3) for _, x, y, _ in lit if x == 0} == {own}
    else:
        own = round(nodes["qubits"]["y"][chosen.place], 3)
        x = nodes["angles"]["x"][0]
        assert {round(end, 3) for _, at, _, end in lit if at == x} == {own}


def test_a_words_way_through_the_qubits_adds_up(hybrid: ModelExplanation) -> None:
    paths = hybrid.circuit
    assert paths is not None
    shares = sum(word_shares(paths, k) for k in range(len(hybrid.words)))
    expected = [w * q.sum for w, q in zip(paths.weights, paths.qubits, strict=True)]
    np.testing.assert_allclose(shares, expected)


def test_a_model_that_cuts_words_elsewhere_is_told_of_the_others_words(
    found: Explanation, hybrid: ModelExplanation
) -> None:
    ends = (*[(w.start, w.end) for w in hybrid.words[2:]], (hybrid.words[-1].end, 99))
    words = (Word("good but", 0, 8), *(Word("", *span) for span in ends))
    told = hybrid.on(words)
    assert told.words == words
    assert told.logit.sum == pytest.approx(hybrid.logit.sum)
    assert told.logit.scores[0] == pytest.approx(hybrid.logit.scores[:2].sum())
    assert told.without[0] == pytest.approx(hybrid.without[:2].sum())
    assert np.isnan(told.without[-1])
    assert told.circuit is not None
    assert hybrid.circuit is not None
    assert told.circuit.angles[1].sum == pytest.approx(hybrid.circuit.angles[1].sum)
    assert hybrid.on(hybrid.words) is hybrid


def test_a_model_without_a_circuit_has_no_flow(found: Explanation) -> None:
    with pytest.raises(ValueError, match="classical has no circuit"):
        flow(found.models["classical"])
