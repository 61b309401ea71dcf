"""Each file to take along has the whole judgement, and its LaTeX is LaTeX."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from qbert_demo.results import Standing
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.judge.latex import as_latex, escaped
from qbert_demo.ui.judge.tab import show_judgement
from qbert_demo.ui.judge.tables import as_csv
from qbert_demo.ui.judge.take import files
from qbert_demo.ui.layout import build_app
from tests.judgements import made_up, seeded, standings
from tests.ui.scripted import ScriptedExplorer

Table = list[list[str]]


def tables(latex: str) -> list[Table]:
    """Cells of each table, heading first; fails where one is not LaTeX in form."""
    lines = [line for line in latex.splitlines() if line and not line.startswith("%")]
    found: list[Table] = []
    widths: list[int] = []
    is_open = False
    for line in lines:
        if begins := re.fullmatch(r"\\begin\{tabular\}\{(lr*)\}", line):
            assert not is_open
            is_open = True
            widths.append(len(begins[1]))
            found.append([])
        elif line == r"\end{tabular}":
            assert is_open
            is_open = False
        elif line != r"\hline":
            assert is_open
            assert line.endswith(r" \\")
            assert not re.search(r"(?<!\\)[%#]", line)
            assert len(re.findall(r"(?<!\\)\$", line)) % 2 == 0
            outside = re.sub(r"\$[^$]*\$", "", line)
            assert not re.search(r"(?<!\\)[_^~<>]", outside)
            cells = re.split(r"(?<!\\)&", line.removesuffix(r" \\"))
            assert len(cells) == widths[-1]
            found[-1].append([cell.strip() for cell in cells])
    assert not is_open
    assert all(len(table) > 1 for table in found)
    return found


def table(latex: str, heading: str) -> Table:
    """The rows of the one table whose heading begins so."""
    (chosen,) = (t for t in tables(latex) if t[0][0].startswith(heading))
    return chosen[1:]


def numbers(text: str) -> dict[tuple[str, str, str], list[str]]:
    rows = csv.DictReader(io.StringIO(text))
    return {
        (r["part"], r["name"], r["quantity"]): [r[k] for k in ("value", "low", "high")]
        for r in rows
    }


@pytest.fixture(scope="module")
def latex() -> str:
    return as_latex(made_up(), standings())


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str, str], list[str]]:
    return numbers(as_csv(made_up(), standings()))


def test_latex_has_every_part_in_the_order_of_the_page() -> None:
    heads = [t[0][0] for t in tables(as_latex(seeded(), standings()))]
    assert heads == [
        "model",
        "model",
        "pair",
        "model",
        "rung",
        "formula",
        "largest products",
        "encoding angle",
        "entanglement",
        "kernel, 20 samples of 100 texts",
        "trained angle",
        "short texts",
    ]


def test_latex_has_the_ladder_with_what_was_not_measured_left_out(latex: str) -> None:
    rungs = table(latex, "rung")
    cut = ["qubit 0 cut", "0.5000", "0.4500 to 0.5500", "0.5500", "0.5000 to 0.6000"]
    assert cut in rungs
    assert ["linear probe on the encoder's vector", "", "", "0.8600", "0.8100 to 0.9100"] in rungs
    k = next(k for k, row in enumerate(rungs) if row[0].endswith("ones, median of 20 draws"))
    assert rungs[k][1:4] == ["0.5000", "0.4500 to 0.5500", "0.8800"]
    draws = ["lowest to highest of these draws", "", "0.1000 to 0.9000", "", "0.7000 to 0.9300"]
    assert rungs[k + 1] == draws


def test_latex_has_the_formula(latex: str) -> None:
    rows = table(latex, "formula")
    assert rows[0][-1] == "81"
    orders = [(name, value) for name, _, value in rows[1:5]]
    assert orders == list(
        zip(
            (f"order {k}" for k in (1, 2, 3, 4)),
            ("0.0000", "0.4700", "0.4500", "0.0800"),
            strict=True,
        )
    )
    assert [(row[0], row[-1]) for row in rows[5:]] == [
        ("straight line in the angles, five-fold", "0.9960"),
        ("straight line in x1 alone", "0.9910"),
        ("products of at most 1 of the angles", "0.4800"),
        ("products of at most 2 of the angles", "0.9960"),
    ]
    assert table(latex, "largest products")[1] == ["5", "0.9700", "0.8800"]


def test_latex_has_the_kernels_and_how_angles_go_with_labels(latex: str) -> None:
    rows = table(latex, "kernel")
    assert ["circuit", "alignment with the labels", "0.6700", "0.6300 to 0.7600"] in rows
    assert ["circuit from RBF", "geometric difference", "1.3000", "1.0000 to 2.0000"] in rows
    assert rows[-1][2] == "3 of 20"
    assert table(latex, "encoding angle")[0] == ["$x_{0}$", "1.2000", "$-0.9900$", "$0.9900$"]


def test_latex_has_the_costs_of_the_tab(latex: str) -> None:
    (costs,) = (t for t in tables(latex) if "live" in t[0])
    device = r"a \textless{}CPU\textgreater{}"
    assert ["hybrid", "1574", "1570", "0.46", "0.50", device] in costs
    assert ["control", "1574", "1570", "", "0.50", device] in costs


def test_latex_leaves_out_what_there_is_not() -> None:
    bare = replace(made_up(), ladder=(), formula=None, angles=None, behaviour=())
    assert [t[0][0] for t in tables(as_latex(bare, ()))] == ["model", "pair"]
    facts = made_up().formula
    assert facts is not None
    less = replace(facts, linear_agreement=None, best_angle=None, right=())
    line = replace(made_up(), formula=less)
    assert table(as_latex(line, ()), "largest products")[1] == ["5", "0.9700"]
    assert "straight line" not in as_latex(line, ())
    assert "straight line" not in as_csv(line, ())


def test_names_are_set_as_they_are() -> None:
    name = "5.0% of a_b & #1"
    ladder = (replace(made_up().ladder[0], name=name),)
    families = tuple(replace(family, name=name) for family in made_up().behaviour)
    costs = tuple(replace(s, device="x86_64 & 50% #1") for s in standings())
    written = as_latex(replace(made_up(), ladder=ladder, behaviour=families), costs)
    assert table(written, "rung")[0][0] == r"5.0\% of a\_b \& \#1"
    assert table(written, "short texts")[0][0] == r"5.0\% of a\_b \& \#1"
    assert r"& x86\_64 \& 50\% \#1 \\" in written
    signs = r"\textbackslash{}\{\}\$\textasciitilde{}\textasciicircum{}\textless{}"
    assert escaped(r"\{}$~^<") == signs


def test_csv_has_the_formula(found: dict[tuple[str, str, str], list[str]]) -> None:
    facts = {key[1:]: float(value[0]) for key, value in found.items() if key[0] == "formula"}
    share = "share of the variance over evenly spread angles"
    assert facts["whole", "terms, the constant among them"] == 81
    assert [facts[f"order {k}", share] for k in (1, 2, 3, 4)] == [0, 0.47, 0.45, 0.08]
    line = "straight line in the angles, five-fold"
    assert facts[line, "share of the circuit's labels"] == 0.996
    assert facts["largest products: 20", "share of the circuit's labels"] == 0.995
    assert facts["largest products: 20", "share of the true labels"] == 0.9


def test_csv_has_the_costs(found: dict[tuple[str, str, str], list[str]]) -> None:
    assert found["cost", "hybrid", "parameters in the head"][0] == "1574"
    assert found["cost", "hybrid", "live parameters in the head"][0] == "1570"
    assert found["cost", "hybrid", "ms in the head"][0] == "0.46"
    assert found["cost", "hybrid", "training hours"][0] == "0.5"
    assert found["cost", "hybrid", "trained on"][0] == "a <CPU>"
    assert ("cost", "control", "ms in the head") not in found


def test_csv_has_the_range_of_what_was_drawn(found: dict[tuple[str, str, str], list[str]]) -> None:
    name = "fitted, median of 20 draws, lowest and highest"
    random = "trained angles replaced by random ones"
    assert found["ladder", random, name] == ["0.88", "0.7", "0.93"]
    assert sum("draws" in quantity for _, _, quantity in found) == 2
    assert found["kernel", "circuit", "samples in which it is ahead of RBF, best width"][0] == "3"


def test_json_has_the_costs() -> None:
    costs = json.loads(files(made_up(), standings())["json"].content)["costs"]
    assert costs["hybrid"] == {
        "parameters_in_head": 1574,
        "live_parameters": 1570,
        "milliseconds_in_head": 0.46,
        "training_hours": 0.5,
        "trained_on": "a <CPU>",
    }
    assert costs["control"]["milliseconds_in_head"] is None


def test_the_tab_and_its_files_tell_the_costs_of_the_chosen_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    explorer = ScriptedExplorer()
    asked: list[int] = []

    def leaderboard() -> tuple[Standing, ...]:
        asked.append(1)
        return (*standings(), replace(standings()[0], task="imdb", in_head=987654))

    monkeypatch.setattr(explorer, "leaderboard", leaderboard)
    shown = show_judgement(explorer, "sst2")
    assert "<td>1,574</td>" in shown.costs
    assert "987,654" not in shown.costs
    for kind in (shown.json, shown.csv, shown.tex):
        assert b"1574" in kind.content
        assert b"987654" not in kind.content
    assert len(asked) == 1


def test_the_hint_names_what_each_file_says() -> None:
    tuner = Tuner()
    try:
        config = build_app(ScriptedExplorer(), tuner).get_config_file()
    finally:
        tuner.close()
    values = (part["props"].get("value") for part in config["components"])
    (hint,) = (value for value in values if isinstance(value, str) and "Each says" in value)
    for word in ("split", "revision", "SHA-256", "seeds", "versions", "command"):
        assert word in hint
