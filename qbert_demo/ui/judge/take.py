"""A judgement to take along: JSON, CSV, LaTeX tables, and the formula as code."""

import json
import re
from collections.abc import Callable, Sequence

from qbert_demo.circuit.formula import Formula
from qbert_demo.results import Judgement, Standing
from qbert_demo.service.judging import command
from qbert_demo.service.plain_json import costs_json, judgement_json
from qbert_demo.ui.judge.latex import as_latex
from qbert_demo.ui.judge.tables import as_csv, packages
from qbert_demo.ui.parts.file_link import File


def files(judgement: Judgement, costs: Sequence[Standing]) -> dict[str, File]:
    """The judgement as a `File` of each kind.

    Args:
        judgement: What was measured.
        costs: Of its models.
    """
    name = f"qbert-judge-{judgement.task}"
    origin = {"command": command(judgement.task), "versions": packages()}
    report = judgement_json(judgement) | {"costs": costs_json(costs)} | origin
    written = {
        "json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        "csv": as_csv(judgement, costs),
        "tex": as_latex(judgement, costs),
    }
    return {kind: File(f"{name}.{kind}", text.encode()) for kind, text in written.items()}


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
