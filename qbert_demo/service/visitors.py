"""Visitors' own models: trained here or named on the Hub, kept while there is room.

A task's key cannot be guessed, so only who has it can ask its models. A public model from the Hub
is kept once for everybody; one that was loaded with a token is its visitor's alone.
"""

import secrets
import tempfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import torch
from torch import nn

from qbert_demo.checkpoints.hub_model import bring_model
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.errors import CheckpointError, InputError
from qbert_demo.hub.files import Repo, Token, look
from qbert_demo.hub.waiting import DOWNLOAD_SECONDS, Patience, within
from qbert_demo.hub.words import checked_token, hub_sentence
from qbert_demo.model.heads import head_of
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.plain_bert import PlainBert
from qbert_demo.results import Guest, Place, TaskCard
from qbert_demo.service.model_cache import ModelCache
from qbert_demo.settings import max_model_bytes

MAX_TASKS = 1000
"""Visitors' tasks that are remembered; what they are asked with may be gone sooner."""


class Ref(NamedTuple):
    """Where a visitor's model is: under a key of the cache, by head."""

    key: str
    head: str


@dataclass(frozen=True)
class _Task:
    """A visitor's task.

    Attributes:
        card: Describes it.
        models: Its visitor's models by head; all others are those of the task ``home``.
        remedy: How they are had again when they were dropped.
        home: Key of the shipped task that they stand beside; empty if they stand alone.
    """

    card: TaskCard
    models: Mapping[str, Ref]
    remedy: str
    home: str = ""


class Visitors:
    """Tasks of visitors, and the models behind them."""

    def __init__(self, limit: int) -> None:
        """Start without any.

        Args:
            limit: Most bytes of models.
        """
        self.cache = ModelCache(limit)
        self._lock = Lock()
        self._tasks: OrderedDict[str, _Task] = OrderedDict()

    def card(self, key: object) -> TaskCard | None:
        """The card of a visitor's task, if there is one."""
        task = self._tasks.get(key) if isinstance(key, str) else None
        return task.card if task else None

    def home(self, key: str) -> str:
        """The shipped task that a visitor's models stand beside; else the key itself."""
        task = self._tasks.get(key)
        return task.home if task else key

    def find(self, key: str, head: str) -> LoadedModel | None:
        """A visitor's model by task and head; ``None`` if it is a shipped one.

        Raises:
            InputError: If it was dropped; the message says how to get it back.
        """
        task = self._tasks.get(key)
        ref = task.models.get(head) if task else None
        if task is None or ref is None:
            return None
        models = self.cache.get(ref.key)
        if models is None:
            raise InputError(
                f"The models of “{task.card.title}” were dropped to make room for newer ones. "
                f"{task.remedy}"
            )
        return models[ref.head]

    def adopt(self, card: TaskCard, classifiers: Mapping[str, LoadedModel]) -> None:
        """Keep a visitor's trained models under their task's key."""
        self.cache.put(card.key, classifiers)
        refs = {head: Ref(card.key, head) for head in card.heads}
        self._remember(_Task(card, refs, "Take them over from Fine-tune again, or train anew."))

    def forget(self, key: str) -> None:
        """Drop a task, if it is here, and models that no other task has."""
        with self._lock:
            task = self._tasks.pop(key, None)
            others = {ref.key for other in self._tasks.values() for ref in other.models.values()}
        for ref in task.models.values() if task else ():
            if ref.key not in others:
                self.cache.drop(ref.key)

    def load(
        self,
        repo_id: object,
        revision: object,
        token: object,
        tasks: Sequence[TaskCard],
        task: str = "",
    ) -> Guest:
        """Load a model that may stand beside ``tasks``; see `Explorer.load_model`.

        It may take `DOWNLOAD_SECONDS`.
        """
        name, wanted, secret = _clean(repo_id), _clean(revision) or None, checked_token(token)
        if not name:
            raise InputError("Name a model on the Hub, such as org/name.")
        who, near = secret or False, self.home(task)
        tasks = sorted(tasks, key=lambda card: card.key != near)
        patience = Patience(DOWNLOAD_SECONDS)
        try:
            repo = within(patience.left(), lambda: look("model", name, wanted, who))
            key = secrets.token_urlsafe(16) if secret else f"{repo.repo_id}@{repo.sha}~{near}"
            models = self.cache.keep(
                key, lambda: {"guest": _with_our_labels(_opened(repo, who), tasks)}, patience.left()
            )
        except TimeoutError as error:
            raise CheckpointError(hub_sentence(error, name)) from error
        return self._offer(repo, key, models["guest"], tasks)

    def _offer(
        self, repo: Repo, key: str, classifier: LoadedModel, tasks: Sequence[TaskCard]
    ) -> Guest:
        """Make the tasks of a loaded model."""
        home = next((card for card in tasks if card.labels == classifier.labels), None)
        head = head_of(classifier.model.config.head)
        model, remedy = Ref(key, "guest"), f"Load {repo.repo_id} again."
        offered = []
        if home is None or head.has_circuit:
            card = TaskCard(_new_key(), repo.repo_id, classifier.labels, (), (head.name,))
            offered.append(_Task(card, {head.name: model}, remedy))
        if home is not None:
            title = f"{home.title}, with {repo.repo_id}"
            heads = (*home.heads, "guest")
            card = TaskCard(f"{_new_key()}~{home.key}", title, home.labels, home.examples, heads)
            offered.append(_Task(card, {"guest": model}, remedy, home.key))
        for task in offered:
            self._remember(task)
        notes = (classifier.note,) if classifier.note else ()
        place = Place(None, repo.source, repo.link)
        return Guest(tuple(task.card for task in offered), notes, place)

    def _remember(self, task: _Task) -> None:
        with self._lock:
            self._tasks[task.card.key] = task
            while len(self._tasks) > MAX_TASKS:
                self._tasks.popitem(last=False)


def _new_key() -> str:
    return f"hub-{secrets.token_urlsafe(12)}"


def _clean(value: object) -> str:
    """A text without surrounding space, with lone surrogates replaced."""
    text = value.strip()[:300] if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode("utf-8")


def _opened(repo: Repo, token: Token) -> LoadedModel:
    """Bring a model and open it; nothing of it stays on the disk."""
    try:
        with tempfile.TemporaryDirectory(prefix="qbert-", ignore_cleanup_errors=True) as parent:
            folder, encoder = bring_model(
                repo, max_model_bytes(), token=token, cache_dir=Path(parent)
            )
            opened = open_checkpoint(folder, Trust.STRANGER, repo.source, encoder=encoder)
    except OSError as error:
        raise CheckpointError(hub_sentence(error, repo.repo_id, "TMPDIR")) from error
    return replace(opened, name=repo.repo_id)


def _with_our_labels(classifier: LoadedModel, tasks: Sequence[TaskCard]) -> LoadedModel:
    """Call a model's classes, and order them, as the task that they belong to does."""
    order = order_of(classifier.labels, tasks)
    if order is None:
        return classifier
    card, places = order
    note = ""
    if places is None:
        note = f"Its labels {', '.join(classifier.labels)} are read as {', '.join(card.labels)}."
    rename_labels(classifier, card.labels, places)
    return replace(classifier, note=note)


def order_of(
    labels: Sequence[str], tasks: Sequence[TaskCard]
) -> tuple[TaskCard, list[int] | None] | None:
    """Find the task that a model's labels belong to.

    Returns:
        The task, and the model's position of each of the task's labels; ``None`` for positions
        that are the same by assumption, because the model has numbers for names. ``None`` if
        there is no such task.
    """
    lower = [label.lower() for label in labels]
    for card in tasks:
        names = [label.lower() for label in card.labels]
        if sorted(names) == sorted(lower):
            return card, [lower.index(name) for name in names]
    if lower == [f"label_{k}" for k in range(len(lower))]:
        for card in tasks:
            if len(card.labels) == len(lower):
                return card, None
    return None


@torch.no_grad()
def rename_labels(
    classifier: LoadedModel, names: tuple[str, ...], order: Sequence[int] | None
) -> None:
    """Give a model's classes other names, and first another order, in place."""
    model = classifier.model
    output = model.classifier.output
    if order is not None:
        if not isinstance(output, nn.Linear):
            raise TypeError("A head ends in a linear layer.")
        output.weight.data = output.weight.data[list(order)].clone()
        output.bias.data = output.bias.data[list(order)].clone()
    if isinstance(model, PlainBert):
        model.config = replace(model.config, labels=names)
    else:
        model.config.id2label = dict(enumerate(names))
        model.config.label2id = {name: k for k, name in enumerate(names)}
