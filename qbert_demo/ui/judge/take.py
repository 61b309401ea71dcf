"""A judgement to take along: JSON, CSV, a LaTeX table, and the formula as code."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence

from qbert_demo.circuit.formula import Formula
from qbert_demo.results import Judgement
from qbert_demo.service.judging import command, p_value
from qbert_demo.service.plain_json import judgement_json
from qbert_demo.ui.parts.file_link import File


def files(judgement: Judgement) -> dict[str, File]:
    """The judgement as a `File` of each kind."""
    name = f"qbert-judge-{judgement.task}"
    report = judgement_json(judgement) | {"command": command(judgement.task)}
    written = {
        "json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        "csv": as_csv(judgement),
        "tex": as_latex(judgement),
    }
    return {kind: File(f"{name}.{kind}", text.encode()) for kind, text in written.items()}


def as_csv(judgement: Judgement) -> str:
    """One number a line: of what, by which name, and its interval if it has one."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("part", "name", "quantity", "value", "low", "high"))
    writer.writerows(_lines(judgement))
    return file.getvalue()


def _lines(judgement: Judgement) -> Iterator[tuple[object, ...]]:
    for quantity, value in _source(judgement).items():
        yield "source", judgement.task, quantity, value
    for m in judgement.models:
        yield "model", m.head, "accuracy", m.accuracy.value, m.accuracy.low, m.accuracy.high
        for quantity in ("macro_f1", "macro_recall", "log_loss", "ece"):
            yield "model", m.head, quantity, getattr(m, quantity)
    for test in judgement.pairs:
        name, gap = f"{test.a} minus {test.b}", test.difference
        yield "pair", name, "difference", gap.value, gap.low, gap.high
        for quantity in ("p", "corrected", "only_a", "only_b", "smallest"):
            yield "pair", name, quantity, getattr(test, quantity)
    for rung in judgement.ladder:
        for quantity in ("as_trained", "fitted"):
            if score := getattr(rung, quantity):
                yield "ladder", rung.name, quantity, score.value, score.low, score.high


def as_latex(judgement: Judgement) -> str:
    """Two tables, of models and of pairs, that need no package."""
    comments = "".join(f"% {name}: {value}\n" for name, value in _source(judgement).items())
    models = [
        f"{m.head} & {m.accuracy.value:.4f} & {m.accuracy.low:.4f} to {m.accuracy.high:.4f} & "
        f"{m.macro_f1:.4f} & {m.log_loss:.4f} & {m.ece:.4f}"
        for m in judgement.models
    ]
    pairs = [
        f"{t.a} $-$ {t.b} & ${100 * t.difference.value:+.2f}$ & "
        f"${100 * t.difference.low:+.2f}$ to ${100 * t.difference.high:+.2f}$ & "
        f"{_latex_p(t.p)} & {_latex_p(t.corrected)} & {t.only_a} & {t.only_b}"
        for t in judgement.pairs
    ]
    of_model = r"model & accuracy & 95\,\% interval & macro F1 & log loss & ECE"
    of_pair = r"pair & points & 95\,\% interval & McNemar $p$ & Holm & only first & only second"
    return f"{comments}{_tabular(of_model, models)}\n{_tabular(of_pair, pairs)}"


def _tabular(head: str, rows: list[str]) -> str:
    columns = f"l{head.count('&') * 'r'}"
    body = "".join(f"{row} \\\\\n" for row in rows)
    start = f"\\begin{{tabular}}{{{columns}}}\n\\hline\n{head} \\\\\n\\hline\n"
    return f"{start}{body}\\hline\n\\end{{tabular}}\n"


def _latex_p(p: float) -> str:
    return f"${p_value(p)}$"


def _source(judgement: Judgement) -> dict[str, object]:
    return {
        "task": judgement.task,
        "dataset": judgement.dataset,
        "revision": judgement.revision or "",
        "split": judgement.split,
        "texts": judgement.rows,
        "rows the output layers were fitted on": judgement.fitted_on,
        "date": judgement.day,
        "command": command(judgement.task),
    }


def formula_file(formula: Formula, labels: Sequence[str], language: str) -> File:
    """The formula in one of `LANGUAGES`: for each label, its logit less the mean of all.

    The angles are called ``x0``, ``x1``, ...; they are the circuit's encoding angles in radians.
    """
    write, name = LANGUAGES[language]
    return File(name, write(formula, labels).encode())


def _plain(formula: Formula, labels: Sequence[str]) -> str:
    return "\n\n".join(f"{name} = {formula.text(k)}" for k, name in enumerate(labels)) + "\n"


def _latex(formula: Formula, labels: Sequence[str]) -> str:
    names = [re.sub(r"([#$%&_{}])", r"\\\1", name) for name in labels]
    sums = (rf"\[ \mathrm{{{name}}} = {formula.latex(k)} \]" for k, name in enumerate(names))
    return "\n\n".join(sums) + "\n"


def _numpy(formula: Formula, labels: Sequence[str]) -> str:
    parts = [f"        # {name}\n        {formula.numpy(k)},\n" for k, name in enumerate(labels)]
    sums = "".join(parts)
    return (
        "import numpy as np\n\n\ndef logits(x):\n"
        f'    """Logits less their mean, from {formula.n_angles} encoding angles in radians."""\n'
        f"    return np.array([\n{sums}    ])\n"
    )


LANGUAGES: dict[str, tuple[Callable[[Formula, Sequence[str]], str], str]] = {
    "Text": (_plain, "formula.txt"),
    "LaTeX": (_latex, "formula.tex"),
    "NumPy": (_numpy, "formula.py"),
}
"""Writers of a formula, and the names of their files."""
