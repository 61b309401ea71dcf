"""The explorer: what the tabs, the API and the command line call.

It owns the loaded models, checks what arrives, and answers with the results of
`qbert_demo.results`. It trusts nothing: every argument may come from the open internet.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qbert_demo.circuit.alike import alike
from qbert_demo.config import CHECKPOINTS, HEADS, MAX_BATCH_ROWS, MAX_CHARACTERS
from qbert_demo.data.catalogue import TASKS
from qbert_demo.errors import CheckpointError, InputError
from qbert_demo.model.encoder import find_backbone
from qbert_demo.model.inference import Classifier, Tokens
from qbert_demo.model.prediction import predict, softmax
from qbert_demo.results import (
    BatchComparison,
    Comparison,
    Prediction,
    TaskCard,
    TextPair,
)

MAX_OWN = 32
"""Visitors' own tasks that are kept; their heads are small, and all share one encoder."""
PAIR = ("classical", "hybrid")
NAMES = {kind: name for name, kind in HEADS.items()}


class Explorer:
    """Loaded checkpoints, ready to be compared.

    Attributes:
        tasks: What a visitor can choose from; a task without a checkpoint is left out.
        status: One line that says where models and encoder came from, and what is missing.
    """

    def __init__(self, folder: Path = CHECKPOINTS, tasks: Sequence[str] = tuple(TASKS)) -> None:
        """Look which checkpoints there are; none is loaded yet."""
        self._folder = folder
        self._loaded: dict[tuple[str, str], Classifier] = {}
        self._lock = Lock()
        self._own: dict[str, TaskCard] = {}
        self._trouble: list[str] = []
        cards = []
        for task in (TASKS[key] for key in tasks):
            heads = tuple(h for h in HEADS if (folder / f"{task.key}-{h}").is_dir())
            if heads:
                cards.append(TaskCard(task.key, task.title, task.labels, task.examples, heads))
        self.tasks = tuple(cards)

    @classmethod
    def start(cls, tasks: Sequence[str] = tuple(TASKS), folder: Path = CHECKPOINTS) -> Self:
        """Load the checkpoints that a first visitor will want, and run each once.

        A checkpoint that cannot be loaded is left out and named in `status`.

        Raises:
            CheckpointError: If none can be loaded; the message names the folder.
            BackboneError: If the encoder cannot be had.
        """
        explorer = cls(folder, tasks)
        cards = []
        for card in explorer.tasks:
            usable = tuple(head for head in card.heads if explorer._is_usable(card.key, head))
            if usable:
                cards.append(TaskCard(card.key, card.title, card.labels, card.examples, usable))
        explorer.tasks = tuple(cards)
        if not cards:
            raise CheckpointError(
                f"No checkpoint in {folder} can be used. {' '.join(explorer._trouble)} "
                "Train one with `python -m qbert_demo train`."
            )
        return explorer

    @property
    def status(self) -> str:
        """One line for the header."""
        parts = ["Models: bundled.", f"Encoder: {find_backbone().source}.", *self._trouble]
        return " ".join(parts)

    def task(self, key: object) -> TaskCard:
        """The card of a task.

        Raises:
            InputError: If no checkpoint of that task is there; the message lists the tasks.
        """
        for card in (*self.tasks, *self._own.values()):
            if card.key == key:
                return card
        known = ", ".join(card.key for card in self.tasks) or "none"
        raise InputError(f"There is no task {str(key)[:40]!r} here; the tasks are: {known}.")

    def compare(self, task: str, text: str, heads: Sequence[str] = PAIR) -> Comparison:
        """Classify one text with several models.

        Args:
            task: Key of the task.
            text: What to read, at most 20,000 characters.
            heads: Which models: ``classical``, ``hybrid``, ``control``.

        Raises:
            InputError: If there is nothing to read, too much, or no such task or head.
        """
        card = self.task(task)
        text = self._check_text(text)
        predictions = {}
        tokens = Tokens([], 0)
        for head in self._check_heads(card, heads):
            classifier = self.classifier(task, head)
            tokens = _read(classifier, text)
            predictions[head] = predict(classifier, head, tokens)
        return Comparison(task, text, len(tokens.ids), text[tokens.read :], predictions)

    def compare_batch(
        self,
        task: str,
        texts: Sequence[str],
        truth: Sequence[str] | None = None,
        heads: Sequence[str] = PAIR,
        progress: Callable[[int, int], None] | None = None,
    ) -> BatchComparison:
        """Classify many texts with several models.

        Args:
            task: Key of the task.
            texts: At most 500 texts.
            truth: The true label of each text, by name in any case, or by index.
            heads: Which models.
            progress: Called with readings done and readings in all (texts times models).

        Raises:
            InputError: If a text or a label cannot be used; the message names its row.
        """
        card = self.task(task)
        if isinstance(texts, str) or not isinstance(texts, Sequence) or not texts:
            raise InputError("Give a list with at least one text.")
        if len(texts) > MAX_BATCH_ROWS:
            raise InputError(f"{len(texts)} texts are too many; at most {MAX_BATCH_ROWS} at once.")
        chosen = self._check_heads(card, heads)
        clean = tuple(self._check_text(text, f"Row {i}: ") for i, text in enumerate(texts, 1))
        answers = _check_truth(card, truth, len(clean))
        total = len(clean) * len(chosen)
        probabilities = {}
        tokens: list[Tokens] = []
        for done, head in enumerate(chosen):
            classifier = self.classifier(task, head)
            tokens = classifier.tokenize(clean)

            def report(n: int, _: int, before: int = done * len(clean)) -> None:
                if progress:
                    progress(before + n, total)

            logits = classifier.logits([row.ids for row in tokens], 16, report)
            probabilities[head] = softmax(logits)
        n_cut = sum(t.read < len(text) for t, text in zip(tokens, clean, strict=True))
        return BatchComparison(task, clean, card.labels, answers, probabilities, n_cut)

    def compare_texts(self, task: str, one: str, other: str) -> TextPair:
        """Show two texts to the hybrid and compare them inside BERT and inside the circuit.

        Args:
            task: Key of the task.
            one: A text.
            other: Another.

        Raises:
            InputError: If a text cannot be read, or the task has no hybrid model.
        """
        first, second = (
            self.compare(task, text, ["hybrid"]).predictions["hybrid"] for text in (one, other)
        )
        return alike((one, other), first, second)

    @staticmethod
    def predict_with(source: str, revision: str | None, text: str) -> Prediction:
        """Classify one text with any checkpoint.

        Args:
            source: A folder or a Hub repository.
            revision: Branch, tag or commit on the Hub.
            text: What to read.

        Raises:
            CheckpointError: If the checkpoint is not usable.
            InputError: If there is nothing to read.
        """
        classifier = Classifier.load(source, revision)
        tokens = _read(classifier, Explorer._check_text(text))
        return predict(classifier, NAMES[classifier.model.config.head], tokens)

    def classifier(self, task: str, head: str) -> Classifier:
        """The model behind a head of a task, loaded on first use.

        Raises:
            CheckpointError: If its checkpoint is not usable.
        """
        key = (task, head)
        with self._lock:
            if key not in self._loaded:
                loaded = Classifier.load(self._folder / f"{task}-{head}")
                classifier = Classifier(loaded.model, loaded.tokenizer, "bundled")
                classifier.answer(classifier.tokenize(["warm up"])[0].ids)
                self._loaded[key] = classifier
            return self._loaded[key]

    def adopt(self, card: TaskCard, classifiers: dict[str, Classifier]) -> None:
        """Let a visitor's own models be asked like the others, by whoever knows the card's key.

        Only the latest `MAX_OWN` are kept.

        Args:
            card: Describes them; its key cannot be guessed.
            classifiers: By head.
        """
        with self._lock:
            self._own[card.key] = card
            for head, classifier in classifiers.items():
                self._loaded[card.key, head] = classifier
            while len(self._own) > MAX_OWN:
                key = next(iter(self._own))
                for head in self._own.pop(key).heads:
                    del self._loaded[key, head]

    def forget(self, key: str) -> None:
        """Drop a visitor's own models by their card's key, if they are still here."""
        with self._lock:
            card = self._own.pop(key, None)
            for head in card.heads if card else ():
                self._loaded.pop((key, head), None)

    def _is_usable(self, task: str, head: str) -> bool:
        if head == "control":
            return True
        try:
            self.classifier(task, head)
        except CheckpointError as error:
            self._trouble.append(f"Left out {task}-{head}: {error}")
            return False
        return True

    @staticmethod
    def _check_text(text: object, where: str = "") -> str:
        if not isinstance(text, str):
            raise InputError(f"{where}A text must be a string, not {type(text).__name__}.")
        if len(text) > MAX_CHARACTERS:
            raise InputError(
                f"{where}This text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are "
                "accepted. The models read only the first hundred or so words, so send the part "
                "that matters."
            )
        text = text.encode("utf-8", "replace").decode("utf-8")
        if not text.strip():
            raise InputError(f"{where}There is nothing to read yet. Type a sentence.")
        return text

    @staticmethod
    def _check_heads(card: TaskCard, heads: Sequence[str]) -> tuple[str, ...]:
        for head in heads:
            if head not in card.heads:
                raise InputError(
                    f"There is no {str(head)[:40]!r} model for {card.title}; "
                    f"there are: {', '.join(card.heads)}."
                )
        if not heads:
            raise InputError(f"Name at least one model: {', '.join(card.heads)}.")
        return tuple(heads)


def _read(classifier: Classifier, text: str) -> Tokens:
    tokens = classifier.tokenize([text])[0]
    if len(tokens.ids) <= 2:
        raise InputError("There is nothing in this text that the models can read. Type a sentence.")
    return tokens


def _check_truth(card: TaskCard, truth: object, n: int) -> NDArray[np.int64] | None:
    if truth is None:
        return None
    if isinstance(truth, str) or not isinstance(truth, Sequence) or len(truth) != n:
        raise InputError("Give one label for each text, or none at all.")
    names = {label.lower(): i for i, label in enumerate(card.labels)}
    names |= {str(i): i for i in range(len(card.labels))}
    indices = []
    for row, label in enumerate(truth, 1):
        index = names.get(str(label).strip().lower())
        if index is None:
            raise InputError(
                f"Row {row}: {str(label)[:40]!r} is no label of {card.title}; "
                f"the labels are {', '.join(card.labels)}."
            )
        indices.append(index)
    return np.array(indices)
