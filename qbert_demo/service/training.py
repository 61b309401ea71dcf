"""What a form for a training is made of: its types, its limits, and two counts of its rows."""

from qbert_demo.checkpoints.zipped import MAX_ZIP_BYTES
from qbert_demo.data.catalogue import DATASETS
from qbert_demo.data.choice import (
    MAX_HELD_OUT_ROWS,
    MAX_TRAIN_ROWS,
    MIN_ROWS,
    DataChoice,
    Material,
)
from qbert_demo.data.hub_dataset import HubDataset, Look
from qbert_demo.data.own_rows import MAX_OWN_ROWS, MIN_CLASS_ROWS
from qbert_demo.data.rows import MAX_CLASSES, MAX_ROW_CHARACTERS, MIN_CLASSES, Rows, class_counts
from qbert_demo.evaluation.metrics import difference
from qbert_demo.evaluation.paired import exact_p
from qbert_demo.jobs.queue import Event
from qbert_demo.training.fine_tune import (
    MAX_LORA_HELD_OUT_ROWS,
    MAX_LORA_ROWS,
    MAX_LORA_SECONDS,
    MAX_SECONDS,
    TrainingRun,
)
from qbert_demo.training.presets import PRESETS, Preset
from qbert_demo.training.recipe import LOSSES, FrozenRecipe, LoraRecipe, RaceRecipe

__all__ = [
    "DATASETS",
    "LOSSES",
    "MAX_CLASSES",
    "MAX_HELD_OUT_ROWS",
    "MAX_LORA_HELD_OUT_ROWS",
    "MAX_LORA_ROWS",
    "MAX_LORA_SECONDS",
    "MAX_OWN_ROWS",
    "MAX_ROW_CHARACTERS",
    "MAX_SECONDS",
    "MAX_TRAIN_ROWS",
    "MAX_ZIP_BYTES",
    "MIN_CLASSES",
    "MIN_CLASS_ROWS",
    "MIN_ROWS",
    "PRESETS",
    "DataChoice",
    "Event",
    "FrozenRecipe",
    "HubDataset",
    "Look",
    "LoraRecipe",
    "Material",
    "Preset",
    "RaceRecipe",
    "Rows",
    "TrainingRun",
    "class_counts",
    "difference",
    "exact_p",
]
