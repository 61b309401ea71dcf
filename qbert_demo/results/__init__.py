"""What the models found, as frozen dataclasses of plain Python and NumPy; imports no other room.

Everything left of this room is torch, everything right of it pictures: figures and tabs see these
results and never a model. Angles are radians; wire 0 is the most significant bit; arrays float64.
"""

from qbert_demo.results.angles import AngleFacts, KernelFacts, Range
from qbert_demo.results.behaviour import Case, Family, Said
from qbert_demo.results.circuit import Array, CircuitReading, GateReading, Squeeze, pack
from qbert_demo.results.edit import Edit, EditSearch
from qbert_demo.results.evaluation import Evaluation
from qbert_demo.results.explanation import (
    Attribution,
    CircuitPaths,
    Explanation,
    ModelExplanation,
    Word,
)
from qbert_demo.results.judgement import (
    ClassScore,
    FormulaFacts,
    Judgement,
    ModelScore,
    PairedTest,
    Plane,
    Reliability,
    Rung,
    SeedRun,
    SplitMap,
)
from qbert_demo.results.leaderboard import Standing, Unread
from qbert_demo.results.neighbours import Neighbour, Neighbours
from qbert_demo.results.place import Place
from qbert_demo.results.prediction import (
    BatchComparison,
    Comparison,
    Example,
    Guest,
    ModelCard,
    Prediction,
    TaskCard,
    TextPair,
    Timing,
)
from qbert_demo.results.spread import Spread
from qbert_demo.results.training import Epoch, Estimate, HeadReport, QuickReport, Score

__all__ = [
    "Standing",
    "Unread",
    "AngleFacts",
    "KernelFacts",
    "Range",
    "Case",
    "Family",
    "Said",
    "Evaluation",
    "ClassScore",
    "FormulaFacts",
    "Judgement",
    "ModelScore",
    "PairedTest",
    "Reliability",
    "Rung",
    "Score",
    "SeedRun",
    "Spread",
    "QuickReport",
    "HeadReport",
    "Epoch",
    "Estimate",
    "Array",
    "Attribution",
    "BatchComparison",
    "CircuitPaths",
    "CircuitReading",
    "Comparison",
    "Edit",
    "EditSearch",
    "Example",
    "Explanation",
    "GateReading",
    "Guest",
    "ModelCard",
    "ModelExplanation",
    "Neighbour",
    "Neighbours",
    "Place",
    "Plane",
    "Prediction",
    "SplitMap",
    "Squeeze",
    "TaskCard",
    "TextPair",
    "Timing",
    "Word",
    "pack",
]
