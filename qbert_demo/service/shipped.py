"""The shipped checkpoints: where each of them is, and its model once somebody asked for it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.checkpoints.shipped import Checkpoint, Key
from qbert_demo.data.catalogue import TASKS
from qbert_demo.errors import BackboneError, CheckpointError
from qbert_demo.hub.waiting import Patience
from qbert_demo.hub.words import brief
from qbert_demo.model import QBertConfig
from qbert_demo.model.checkpoint import REMEDY, checked_config, named, read_values
from qbert_demo.model.encoder import find_backbone
from qbert_demo.model.heads import HEADS
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import Place, TaskCard


class Shipped:
    """The checkpoints that a visitor can choose from."""

    def __init__(self, checkpoints: Mapping[Key, Checkpoint], trouble: Sequence[str] = ()) -> None:
        """Load none yet.

        Args:
            checkpoints: Which there are.
            trouble: A sentence on each that is missing.
        """
        self.trouble = list(trouble)
        self._checkpoints = dict(checkpoints)
        self._loaded: dict[Key, LoadedModel] = {}
        self._lock = Lock()

    def load_first(self, patience: Patience) -> None:
        """Load those that a first visitor will want, and leave out what cannot be loaded.

        Args:
            patience: How long the Hub may take for an encoder while there is a bundled copy.
        """
        for task, head in [key for key in self._checkpoints if HEADS[key[1]].is_default]:
            try:
                self.classifier((task, head), patience)
            except (CheckpointError, BackboneError) as error:
                self.trouble.append(f"Left out {task}-{head}: {error}")
                del self._checkpoints[task, head]

    @property
    def cards(self) -> tuple[TaskCard, ...]:
        """The tasks that have a checkpoint."""
        cards = []
        for task in dict.fromkeys(key for key, _ in self._checkpoints):
            heads = tuple(head for key, head in self._checkpoints if key == task)
            known = TASKS[task]
            title, labels = known.task_title, known.labels
            cards.append(TaskCard(task, title, labels, known.examples, heads, known.limits))
        return tuple(cards)

    @property
    def status(self) -> str:
        """One line on where models and encoder came from, and what is missing."""
        places = [checkpoint.place for checkpoint in self._checkpoints.values()]
        from_hub = sum(place.link is not None for place in places)
        bundled = len(places) - from_hub
        why = "; ".join(dict.fromkeys(place.trouble for place in places if place.trouble))
        words = "bundled" if not from_hub else f"{from_hub} from the Hub"
        words += f", {bundled} bundled" if from_hub and bundled else ""
        words += f" ({why})" if why else ""
        return " ".join([f"Models: {words}.", f"Encoder: {find_backbone().words}.", *self.trouble])

    @property
    def origins(self) -> tuple[tuple[str, Place], ...]:
        """The name of each model and of the encoder, and where it came from."""
        models = [(checkpoint.title, checkpoint.place) for checkpoint in self._checkpoints.values()]
        return (*models, ("Encoder of all models", find_backbone()))

    def folder(self, key: Key) -> Path:
        """Where a checkpoint is that was loaded."""
        return self._checkpoints[key].place.path

    def classifier(self, key: Key, patience: Patience | None = None) -> LoadedModel:
        """The model of a task and head, loaded on first use.

        Its bundled copy stands in for what the Hub has, if that is not usable.

        Raises:
            CheckpointError: If its checkpoint is not usable.
            BackboneError: If its encoder is not to be had.
        """
        with self._lock:
            while key not in self._loaded:
                checkpoint = self._checkpoints[key]
                try:
                    self._loaded[key] = _load(checkpoint, key, patience)
                except (CheckpointError, BackboneError) as error:
                    if checkpoint.bundle is None:
                        raise
                    is_encoder = isinstance(error, BackboneError)
                    why = brief(str(error)) if is_encoder else "what the Hub has cannot be used"
                    place = Place(checkpoint.bundle, "bundled", None, why)
                    self._checkpoints[key] = Checkpoint(checkpoint.title, place)
            return self._loaded[key]


def _load(checkpoint: Checkpoint, key: Key, patience: Patience | None) -> LoadedModel:
    folder = checkpoint.place.path
    with named(folder, REMEDY):
        config = checked_config(read_values(folder))
    _check_kind(folder, key, config)
    optional = checkpoint.bundle is not None
    encoder = find_backbone(config.source(), patience, optional=optional).path
    return open_checkpoint(folder, Trust.OURS, checkpoint.place.source, encoder=encoder)


def _check_kind(folder: Path, key: Key, config: QBertConfig) -> None:
    """Refuse a checkpoint that is not what its name says."""
    task, head = key
    for what, found, wanted in (
        ("head", config.head, HEADS[head].kind),
        ("labels", ", ".join(config.label_names()), ", ".join(TASKS[task].labels)),
    ):
        if found != wanted:
            raise CheckpointError(
                f"{folder} has the {what} {found}; {task}-{head} has the {what} {wanted}. "
                "Put the right checkpoint there, or correct the registry."
            )
