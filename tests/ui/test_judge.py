"""What the Judge tab says carries no more than the numbers, and what it hands out repeats them."""

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from qbert_demo.results import Judgement, PairedTest
from qbert_demo.service.judging import verdict
from qbert_demo.ui.judge.tab import show_judgement, write_formula
from qbert_demo.ui.judge.take import files, formula_file
from qbert_demo.ui.judge.texts import Clicked, numbers_of, show_texts, texts_html
from qbert_demo.ui.judge.words import (
    confusion_words,
    enough_words,
    formula_words,
    ladder_words,
    line_words,
    reliability_words,
    seeds_html,
    verdict_html,
)
from qbert_demo.ui.parts.events import KEEP
from tests.judgements import made_up, made_up_texts, paired, score, seeded, standings
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


def ladder_with(name: str, fitted: float, p: float) -> Judgement:
    judgement = made_up()
    other = {"fitted": score(fitted), "p_fitted": p}
    ladder = (replace(r, **other) if r.name == name else r for r in judgement.ladder)
    return replace(judgement, ladder=tuple(ladder))


def of_two_models(judgement: Judgement) -> Judgement:
    """A single comparison."""
    seeds = tuple(replace(run, pairs=_one(run.pairs)) for run in judgement.seeds)
    return replace(judgement, pairs=_one(judgement.pairs), seeds=seeds)


def _one(pairs: tuple[PairedTest, ...]) -> tuple[PairedTest, ...]:
    return tuple(test for test in pairs if (test.a, test.b) == ("hybrid", "classical"))


def test_a_judgement_of_other_weights_than_those_in_use_says_so() -> None:
    words = verdict_html(made_up(), ("hybrid",))
    assert "Measured with other models: hybrid has other weights here" in words
    assert 'class="problem"' not in verdict_html(made_up())


def test_the_verdict_is_of_the_two_that_answer_by_default() -> None:
    words = verdict_html(made_up())
    first = words.split("</p>")[0]
    assert first.startswith('<p class="verdict">No difference between hybrid and classical can be')
    assert "on 100 texts show a difference" not in first
    assert "difference between hybrid and classical of 8.0 points" in words
    assert "\N{MINUS SIGN}4.0 to +6.0" in words


def test_means_are_compared_where_there_are_seeds_and_nothing_is_claimed_of_one() -> None:
    words = verdict_html(seeded())
    assert "classical mean 0.903 over 3 seeds, from 0.890 to 0.920" in words
    assert "hybrid mean 0.867 over 3 seeds, from 0.790 to 0.910; control has one seed." in words
    minus = "\N{MINUS SIGN}"
    gaps = f"hybrid minus classical is +1.0, {minus}13.0 and +1.0 points, on average {minus}3.7"
    assert gaps in words
    assert "exact McNemar after Holm shows the classical better in 1 of the 3." in words
    assert words.startswith('<p class="verdict">No difference between hybrid and classical can')
    assert "Holm" not in verdict_html(of_two_models(seeded()))
    alone = verdict_html(made_up())
    assert "One seed of each model was trained" in alone
    assert "mean" not in alone


def test_every_seed_has_its_own_test_in_a_table() -> None:
    table = seeds_html(seeded())
    rows = re.findall(
        r"<tr><th scope=\"row\">(.*?)</th><td>(\d)</td>.*?<td>([a-z ]+)</td></tr>", table
    )
    pair, other = "hybrid and classical", "hybrid and control"
    assert (pair, "1", "yes") in rows
    assert (pair, "0", "not shown") in rows
    assert [row for row in rows if row[0] == other] == [(other, "0", "not shown")]
    assert "not independent" in table
    assert "Holm" in table
    alone = seeds_html(of_two_models(seeded()))
    assert (alone.count('scope="col"'), alone.count("<td>")) == (8, 3 * 7)
    assert "Holm" not in alone
    assert "corrected" not in alone
    assert seeds_html(made_up()) == ""


def test_the_ladder_says_what_is_and_what_is_not_needed() -> None:
    words = ladder_words(made_up())
    assert "without CNOTs (0.910) and with random angles in the trained gates (0.880" in words
    assert "no loss against the whole (0.900) can be shown, so these parts" in words
    assert (
        "cannot be shown to be needed, while with the bare angles in place of the circuit" in words
    )
    assert "(0.700) and with qubit 0 cut (0.550) it is worse (exact McNemar on the same" in words
    assert words.endswith("after Holm for 4).")
    one = ladder_words(replace(made_up(), ladder=made_up().ladder[:2]))
    assert one.endswith("(exact McNemar on the same texts).")


@pytest.mark.parametrize(
    ("fitted", "p", "needless"),
    [(0.8, 0.012, False), (0.8, 0.03, True), (0.89, 0.4, True), (0.96, 0.001, True)],
)
def test_a_part_is_needed_only_where_the_exact_test_says_so(
    fitted: float, p: float, needless: bool
) -> None:
    words = ladder_words(ladder_with("CNOTs removed", fitted, p))
    before, _, after = words.partition("cannot be shown to be needed")
    assert ("without CNOTs" in before) == needless
    assert ("without CNOTs" in after) != needless


def test_confidence_is_told_where_it_is_most_wrong() -> None:
    model = made_up().models[1]
    assert "Where the hybrid says 60\xa0%, 50\xa0% are right (30 texts)" in reliability_words(model)
    all_right = replace(model, reliability=(replace(model.reliability[0], right=1.0),))
    assert "says 60\xa0%, all are right" in reliability_words(all_right)


def test_the_most_frequent_mistake_is_named_and_none_said_where_there_is_none() -> None:
    model = replace(made_up().models[1], confusion=((40, 3), (7, 50)))
    words = confusion_words(model, ("bad", "good"))
    assert "7 times, the hybrid says bad where good is true" in words
    flawless = replace(model, confusion=((40, 0), (0, 50)))
    assert "made no mistake" in confusion_words(flawless, ("bad", "good"))


def test_the_formula_is_as_short_as_its_agreement_allows() -> None:
    facts = made_up().formula
    assert facts is not None
    line = line_words(facts).replace("\xa0", " ")
    assert "on 99.6 %, in the angle x1 alone on 99.1 % (five-fold" in line
    assert "20 largest products" in enough_words(facts)
    assert "any more" not in enough_words(replace(facts, agreement=(0.5, 0.6, 0.7)))
    assert line_words(replace(facts, linear_agreement=None, best_angle=None)) == ""
    told = formula_words(facts).replace("\xa0", " ")
    assert "single angles alone give the circuit's label on 48.0 % of these texts" in told
    assert "of single angles and pairs on 99.6 %" in told


def test_texts_that_tell_two_models_apart_not_at_all_have_no_interval() -> None:
    same = replace(paired("hybrid", "classical", 0, 0), p=1.0)
    assert verdict(same, 8, 3) == (
        "No difference between hybrid and classical can be shown on 8 texts: both are right on the "
        "same, and wrong on the others."
    )


def test_a_task_that_was_not_judged_gets_one_sentence_and_nothing_else() -> None:
    shown = show_judgement(EXPLORER, "ag_news")
    assert "was not judged yet" in shown.said
    assert not any(shown[1:])


def test_files_repeat_the_numbers_and_say_how() -> None:
    saved = files(made_up(), standings())
    report = json.loads(saved["json"].content)
    assert report["models"]["hybrid"]["accuracy"] == 0.9
    rows = list(csv.DictReader(io.StringIO(saved["csv"].content.decode())))
    (row,) = (r for r in rows if (r["name"], r["quantity"]) == ("hybrid", "accuracy"))
    assert [float(row[end]) for end in ("value", "low", "high")] == pytest.approx([0.9, 0.85, 0.95])
    found = {(r["part"], r["name"], r["quantity"]): r for r in rows}
    assert float(found["behaviour", "double negation, hybrid", "failure rate"]["value"]) == 0.5
    assert found["behaviour", "double negation, hybrid", "texts failed"]["value"] == "1"
    assert float(found["encoding angle", "x0", "standard deviation in radians"]["value"]) == 1.2
    assert found["trained angle", "layer 0, qubit 0, place 2", "live"]["value"] == "0"
    assert found["trained angle", "layer 0, qubit 0, place 1", "live"]["value"] == "1"
    p = found["ladder", "qubit 0 cut", "McNemar p of fitted against the whole"]
    assert float(p["value"]) == 1e-9
    pairs = "products of at most 2 of the angles", "share of the circuit's labels"
    assert float(found["formula", *pairs]["value"]) == 0.996
    assert float(found["entanglement", "as trained", "Meyer-Wallach"]["value"]) == 0.44
    assert not any(part.startswith("seed") for part, *_ in found)
    latex = saved["tex"].content.decode()
    source = {row["quantity"]: row["value"] for row in rows if row["part"] == "source"}
    assert source["SHA-256 of the hybrid's weights"] == "0123456789abcdef" * 4
    assert source["other seeds"].startswith("0 to 19 where the ladder draws")
    for quantity, value in source.items():
        assert f"% {quantity}: {value}\n" in latex
    told = json.loads(saved["json"].content)
    assert told["versions"] == source["versions, as this was written"]
    assert told["weights_sha256"]["control"] == "0123456789abcdef" * 4
    assert "double negation & 2 & 2 & 34 to 100 & 1 & 9 to 91" in latex
    assert "layer 0, qubit 0, place 2 & $(-3.0000)$" in latex
    assert "mean accuracy" not in latex
    assert "hybrid & 0.9000 & 0.8500 to 0.9500" in latex
    alone = files(of_two_models(seeded()), ())
    assert b"Holm" not in alone["tex"].content
    assert b"Holm" in saved["tex"].content
    assert "after Holm" not in json.loads(alone["json"].content)["pairs"][0]["verdict"]
    for kind in saved.values():
        text = kind.content.decode()
        assert "python -m qbert_demo judge --task sst2 --measure" in text
        assert "org/films" in text
        assert "2026-01-02" in text


def test_files_tell_the_seeds() -> None:
    saved = files(seeded(), standings())
    rows = list(csv.DictReader(io.StringIO(saved["csv"].content.decode())))
    found = {(r["part"], r["name"], r["quantity"]): r for r in rows}
    mean = found["model", "hybrid", "mean accuracy of 3 seeds, lowest and highest"]
    assert [float(mean[k]) for k in ("value", "low", "high")] == pytest.approx(
        [0.8667, 0.79, 0.91], abs=1e-4
    )
    assert float(found["seed 1", "hybrid", "accuracy"]["value"]) == 0.79
    assert float(found["seed 1", "hybrid minus classical", "corrected"]["value"]) == 0.001
    assert "hybrid & 3 & 0.8667 & 0.7900 to 0.9100" in saved["tex"].content.decode()
    assert json.loads(saved["json"].content)["seeds"]["models"]["control"]["mean"] is None


def test_the_formula_as_code_gives_the_formulas_values() -> None:
    formula = EXPLORER.formula("sst2")
    code = formula_file(formula, ("negative", "positive"), "NumPy").content.decode()
    names: dict[str, object] = {}
    exec(code, names)
    angles = np.array([0.1, -0.7, 2.0, 1.3])
    logits = names["logits"]
    assert callable(logits)
    np.testing.assert_allclose(logits(angles), formula(angles[None])[0], atol=1e-5)


@pytest.mark.parametrize("language", ["Text", "LaTeX", "NumPy"])
def test_the_formula_is_written_in_each_language(language: str) -> None:
    told = write_formula(EXPLORER, "sst2", language)
    assert told.said == ""
    assert b"positive" in told.shown.content


def test_texts_are_listed_escaped_and_open_in_compare() -> None:
    texts = made_up_texts()
    html = texts_html(texts, np.array([8, 20]), "a <b> c", ["hybrid"])
    assert "2 texts: a &lt;b&gt; c." in html
    assert html.index("number&lt;/b&gt; 20") < html.index("number&lt;/b&gt; 8")
    assert "<b>" not in html
    assert 'href="?task=sst2&amp;text=film+%3Cb%3Enumber%3C%2Fb%3E+20"' in html
    assert html.count('class="wrong">✗ positive') == 3


def test_at_most_fifty_texts_are_listed() -> None:
    html = texts_html(made_up_texts(), np.arange(100), "all")
    assert html.count('class="in-compare"') == 50
    assert "100 texts: all. 50 of them are listed." in html


def test_a_click_and_the_list_lead_to_the_same_texts() -> None:
    numbers = numbers_of(made_up(), ("negative", "positive"))
    assert numbers[0].name == "hybrid right, control wrong (7)"
    names = [number.name for number in numbers]
    assert len(set(names)) == len(names)
    clicked = Clicked(EXPLORER, "confusion_hybrid")
    event = gr.EventData(None, {"trace": "confusion", "index": [0, 1]})
    assert clicked("sst2", event) == "hybrid says positive, true is negative (10)"
    *_, last = show_texts(EXPLORER, "sst2", "hybrid says positive, true is negative (10)")
    assert "hybrid says positive, true is negative." in last.listed
    assert last.said == ""


def every_model_wrong(*made: Any) -> list[str]:
    numbers = numbers_of(made[0], ("negative", "positive"), *made[1:])
    return [number.name for number in numbers if number.what == "every model wrong"]


def test_texts_that_every_model_got_wrong_are_offered_where_there_are_any() -> None:
    judgement, texts = made_up(), made_up_texts()
    assert every_model_wrong(judgement) == ["every model wrong"], "three models do not tell"
    assert every_model_wrong(judgement, texts) == ["every model wrong (3)"]
    right = np.eye(2)[texts.truth]
    flawless = replace(texts, probabilities=texts.probabilities | {"hybrid": right})
    assert every_model_wrong(judgement, flawless) == []
    classical, hybrid, control = judgement.models
    two = of_two_models(replace(judgement, models=(classical, hybrid)))
    assert every_model_wrong(two) == ["every model wrong (8)"]
    best = replace(control, confusion=((50, 0), (0, 50)))
    pairs = (
        paired("hybrid", "control", 0, 10),
        two.pairs[0],
        paired("control", "classical", 11, 0),
    )
    assert every_model_wrong(replace(two, models=(classical, hybrid, best), pairs=pairs)) == []


@pytest.mark.parametrize("mark", [("diagonal", 0), ("confusion", [5, 5]), ("confusion", 3)])
def test_a_click_on_anything_else_changes_nothing(mark: tuple[str, object]) -> None:
    event = gr.EventData(None, dict(zip(("trace", "index"), mark, strict=True)))
    assert Clicked(EXPLORER, "confusion_hybrid")("sst2", event) is KEEP
