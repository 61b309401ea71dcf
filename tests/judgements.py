"""A made-up judgement: 100 texts, a ladder on which two parts are not needed and one is."""

from dataclasses import replace

import numpy as np

from qbert_demo.results import (
    AngleFacts,
    BatchComparison,
    Case,
    Family,
    FormulaFacts,
    Judgement,
    KernelFacts,
    ModelScore,
    PairedTest,
    Plane,
    Range,
    Reliability,
    Rung,
    Said,
    Score,
    SeedRun,
    SplitMap,
    Standing,
)

RANDOM = "trained angles replaced by random ones"


def score(value: float, half: float = 0.05) -> Score:
    return Score(value, value - half, min(1.0, value + half), 100)


def model(head: str, right: int) -> ModelScore:
    bins = (Reliability(0.6, 0.5, 30), Reliability(0.95, 0.94, 70))
    confusion = ((right - 40, 10), (90 - right, 40))
    return ModelScore(head, score(right / 100), 0.9, 0.89, 0.3, 0.037, bins, confusion, 30.0)


def paired(a: str, b: str, only_a: int, only_b: int) -> PairedTest:
    gap = Score((only_a - only_b) / 100, -0.04, 0.06, 100)
    return PairedTest(a, b, gap, 0.5, 1.0, only_a, only_b, differs=False, smallest=0.08)


def case(text: str, word: str, right: tuple[str, ...], **failed: bool) -> Case:
    """A text that models fail or not; the one that fails says *negative*, or is less sure."""
    said = {
        head: Said("negative" if right and fails else "positive", 0.3 if fails else 0.8, fails)
        for head, fails in failed.items()
    }
    return Case(text, word, right, said)


def behaviour() -> tuple[Family, ...]:
    return (
        Family(
            "double negation",
            "Two negations cancel: praise is left.",
            (
                case("It is not <not> good.", "good", ("positive",), classical=True, hybrid=True),
                case("Never not good.", "good", ("positive",), classical=True, hybrid=False),
            ),
        ),
        Family(
            "age",
            "Another age leaves the answer as it is.",
            tuple(
                case(f"He is {age}.", age, (), classical=False, hybrid=age == "old")
                for age in ("old", "young", "ten", "fifty")
            ),
        ),
    )


def angles() -> AngleFacts:
    """Two qubits in one layer: the last angle of a gate is dead, and x0 is nearly the answer."""
    return AngleFacts(
        (1.2, 0.1),
        ((-0.99, 0.99), (0.2, -0.2)),
        (((0.1, 1.5, -3.0), (2.0, 0.4, 0.7)),),
        (((True, True, False), (True, True, False)),),
        0.44,
        Range(0.85, 0.77, 0.94),
        20,
        KernelFacts(
            100,
            20,
            Range(0.67, 0.63, 0.76),
            Range(0.68, 0.64, 0.76),
            Range(0.69, 0.65, 0.77),
            3,
            Range(1.3, 1, 2),
        ),
    )


def standings() -> tuple[Standing, ...]:
    """The task that was judged, its control never timed."""
    return tuple(
        Standing(
            "sst2",
            "Sentiment",
            m.head,
            m.accuracy,
            m.macro_f1,
            1574,
            1570,
            made_up().head_milliseconds.get(m.head) if m.head != "control" else None,
            0.5,
            "a <CPU>",
            "2026-01-02",
        )
        for m in made_up().models
    )


def made_up() -> Judgement:
    spread = ((0.1, 0.9), (0.7, 0.93))
    return Judgement(
        "sst2",
        "org/films",
        "validation",
        None,
        100,
        2000,
        "2026-01-02",
        (model("classical", 89), model("hybrid", 90), model("control", 85)),
        (
            paired("hybrid", "control", 7, 2),
            paired("hybrid", "classical", 3, 2),
            paired("control", "classical", 1, 5),
        ),
        (
            Rung("as trained", score(0.9), score(0.9)),
            Rung("CNOTs removed", score(0.5), score(0.91), p_fitted=0.9),
            Rung("qubit 0 cut", score(0.5), score(0.55), p_fitted=1e-9),
            Rung(RANDOM, score(0.5), score(0.88), 20, spread, 0.5),
            Rung("circuit replaced by its angles", score(0.54), score(0.7), p_fitted=0.001),
            Rung("linear probe on the encoder's vector", None, score(0.86)),
        ),
        FormulaFacts(
            81,
            (0.0, 0.47, 0.45, 0.08),
            (1, 5, 20),
            (0.9, 0.97, 0.995),
            0.996,
            (0.8, 0.88, 0.9),
            (0.48, 0.996),
            (1, 0.991),
        ),
        angles(),
        {"classical": 0.17, "hybrid": 0.46, "control": 0.24},
        behaviour(),
        weights_sha256={
            head: "0123456789abcdef" * 4 for head in ("hybrid", "classical", "control")
        },
    )


def seeded() -> Judgement:
    """The same with three seeds; of the control there is but the one that was judged."""
    shown = {m.head: m.accuracy for m in made_up().models}
    worse = replace(paired("hybrid", "classical", 1, 14), p=0.001, corrected=0.001, differs=True)
    more = (
        SeedRun(1, {"classical": score(0.92), "hybrid": score(0.79)}, (worse,)),
        SeedRun(
            2,
            {"classical": score(0.9), "hybrid": score(0.91)},
            (paired("hybrid", "classical", 2, 1),),
        ),
    )
    return replace(made_up(), seeds=(SeedRun(0, shown, made_up().pairs), *more))


def made_up_texts() -> BatchComparison:
    """100 texts, of which the classical got the first 11 wrong, the hybrid 10 from the ninth on."""
    truth = np.arange(100) % 2
    probabilities = {}
    for head, start, count in (("classical", 0, 11), ("hybrid", 8, 10), ("control", 0, 15)):
        right = np.ones(100, bool)
        right[start : start + count] = False
        sure = np.linspace(0.55, 0.99, 100)
        positive = np.where(right == (truth == 1), sure, 1 - sure)
        probabilities[head] = np.stack([1 - positive, positive], 1)
    texts = tuple(f"film <b>number</b> {k}" for k in range(100))
    return BatchComparison("sst2", texts, ("negative", "positive"), truth, probabilities, 0)


def made_up_map() -> SplitMap:
    """Six of the 100 texts, two of which the hybrid got wrong, on a line and on a curve."""
    texts = made_up_texts()
    assert texts.truth is not None
    places = np.array([0, 3, 8, 9, 50, 61])
    x = np.linspace(-1, 1, len(places))
    line, curve = (np.stack([x, y], 1) for y in (0 * x, x**2))
    said = texts.labels("hybrid")[places]
    planes = (Plane(line, (0.9996, 0.0004), 0.5), Plane(curve, (0.7, 0.3), 0.9))
    return SplitMap(places, texts.truth[places], said, 100, 0, *planes)
