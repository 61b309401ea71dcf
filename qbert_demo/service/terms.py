"""What the faces name a training with: types and limits, offered here wherever they are made."""

from qbert_demo.checkpoints.zipped import MAX_ZIP_BYTES
from qbert_demo.data.catalogue import SOURCES
from qbert_demo.data.choice import MAX_HELD_OUT_ROWS, MAX_TRAIN_ROWS, MIN_ROWS, DataChoice
from qbert_demo.data.hub_dataset import Another, Look
from qbert_demo.data.own_rows import (
    MAX_CLASSES,
    MAX_OWN_CHARACTERS,
    MAX_OWN_ROWS,
    MIN_CLASS_ROWS,
    MIN_CLASSES,
)
from qbert_demo.data.rows import Rows
from qbert_demo.data.subset import Material, class_counts
from qbert_demo.evaluation.metrics import difference
from qbert_demo.hub.files import hub_page
from qbert_demo.jobs.queue import Event
from qbert_demo.training.orders import (
    MAX_LORA_HELD_OUT_ROWS,
    MAX_LORA_ROWS,
    MAX_LORA_SECONDS,
    MAX_SECONDS,
    Order,
)
from qbert_demo.training.quick import MAX_LENGTH
from qbert_demo.training.recipe import LOSSES, FrozenRecipe, LoraRecipe, RaceRecipe

__all__ = [
    "LOSSES",
    "MAX_CLASSES",
    "MAX_HELD_OUT_ROWS",
    "MAX_LENGTH",
    "MAX_LORA_HELD_OUT_ROWS",
    "MAX_LORA_ROWS",
    "MAX_LORA_SECONDS",
    "MAX_OWN_CHARACTERS",
    "MAX_OWN_ROWS",
    "MAX_SECONDS",
    "MAX_TRAIN_ROWS",
    "MAX_ZIP_BYTES",
    "MIN_CLASSES",
    "MIN_CLASS_ROWS",
    "MIN_ROWS",
    "SOURCES",
    "Another",
    "DataChoice",
    "Event",
    "FrozenRecipe",
    "Look",
    "LoraRecipe",
    "Material",
    "Order",
    "RaceRecipe",
    "Rows",
    "class_counts",
    "difference",
    "hub_page",
]
