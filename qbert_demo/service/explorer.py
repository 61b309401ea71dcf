"""The explorer: what the tabs, the API and the command line call.

It owns the loaded models, checks what arrives, and answers with the results of
`qbert_demo.results`. It trusts nothing: every argument may come from the open internet.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from qbert_demo.checkpoints.hub_model import open_source
from qbert_demo.checkpoints.shipped import bundled_checkpoints, find_checkpoints
from qbert_demo.circuit.alike import alike
from qbert_demo.circuit.formula import Formula
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import TASKS
from qbert_demo.errors import CheckpointError, InputError
from qbert_demo.hub.waiting import START_SECONDS, Patience
from qbert_demo.model.encoder import find_backbone
from qbert_demo.model.heads import HEADS, PAIR, head_of
from qbert_demo.model.loaded import LoadedModel, Tokens
from qbert_demo.model.prediction import predict, softmax
from qbert_demo.results import (
    BatchComparison,
    Comparison,
    Explanation,
    Guest,
    Judgement,
    Place,
    Prediction,
    Standing,
    TaskCard,
    TextPair,
    Unread,
)
from qbert_demo.service import explaining, judging
from qbert_demo.service.checks import check_heads, check_text, check_texts, check_truth, tokens_of
from qbert_demo.service.judged_texts import JudgedTexts
from qbert_demo.service.shipped import Shipped
from qbert_demo.service.visitors import Visitors
from qbert_demo.settings import CHECKPOINTS_DIR, max_model_bytes, model_cache_bytes


class Explorer:
    """Loaded checkpoints, ready to be compared.

    Attributes:
        tasks: What a visitor can choose from; a task without a checkpoint is left out.
    """

    def __init__(self, folder: Path = CHECKPOINTS, tasks: Sequence[str] = tuple(TASKS)) -> None:
        """Look which bundled checkpoints there are; none is loaded yet."""
        self._folder = folder
        self._texts = JudgedTexts(folder)
        self._visitors = Visitors(model_cache_bytes())
        self._offer(Shipped(bundled_checkpoints(folder, tasks)))

    @classmethod
    def start(cls, tasks: Sequence[str] = tuple(TASKS), folder: Path = CHECKPOINTS) -> Self:
        """Find every checkpoint, load those that a first visitor will want, and run each once.

        The Hub is waited for `START_SECONDS` in all, as long as there are bundled copies. A
        checkpoint that cannot be loaded is left out and named in `status`.

        Raises:
            CheckpointError: If none can be loaded; the message names the folder.
            BackboneError: If the encoder of all models cannot be had.
        """
        explorer = cls(folder, tasks)
        patience = Patience(START_SECONDS)
        shipped = Shipped(*find_checkpoints(folder, tasks, patience))
        find_backbone(patience=patience)
        shipped.load_first(patience)
        explorer._offer(shipped)
        if not explorer.tasks:
            raise CheckpointError(
                f"No checkpoint in {folder} can be used. {' '.join(shipped.trouble)} "
                "Train one with `python -m qbert_demo train`, or name a folder of them with "
                f"{CHECKPOINTS_DIR}."
            )
        return explorer

    @property
    def status(self) -> str:
        """One line for the header: where models and encoder came from, and what is missing."""
        return self._shipped.status

    @property
    def origins(self) -> tuple[tuple[str, Place], ...]:
        """The name of each model and of the encoder, and where it came from."""
        return self._shipped.origins

    def task(self, key: object) -> TaskCard:
        """The card of a task.

        Raises:
            InputError: If no checkpoint of that task is there; the message lists the tasks.
        """
        own = self._visitors.card(key)
        if own is not None:
            return own
        for card in self.tasks:
            if card.key == key:
                return card
        known = ", ".join(card.key for card in self.tasks) or "none"
        raise InputError(f"There is no task {str(key)[:40]!r} here; the tasks are: {known}.")

    def heads(self, task: str, everything: bool) -> tuple[str, ...]:
        """The heads of a task that answer together: all, or but those that are asked on demand.

        Raises:
            InputError: If there is no such task.
        """
        heads = self.task(task).heads
        return tuple(h for h in heads if everything or h not in HEADS or HEADS[h].is_default)

    def compare(self, task: str, text: str, heads: Sequence[str] = PAIR) -> Comparison:
        """Classify one text with several models.

        Args:
            task: Key of the task.
            text: What to read, at most 20,000 characters.
            heads: Which models, by head; ``guest`` for a visitor's beside them.

        Raises:
            InputError: If there is nothing to read, too much, or no such task or head.
        """
        card = self.task(task)
        text = check_text(text)
        predictions = {}
        tokens, unknown = Tokens([], 0), tuple[str, ...]()
        for head in check_heads(card, heads):
            classifier = self.classifier(task, head)
            tokens, unknown = tokens_of(classifier, text), classifier.unknown(text)
            predictions[head] = predict(classifier, head, tokens)
        return Comparison(task, text, len(tokens.ids), text[tokens.read :], predictions, unknown)

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
        chosen = check_heads(card, heads)
        clean = check_texts(texts)
        answers = check_truth(card, truth, len(clean))
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

    def explain(
        self, task: str, text: str, heads: Sequence[str] = PAIR, label: str | None = None
    ) -> Explanation:
        """Say which words a text's answers came from; see `explaining.explain`."""
        card = self.task(task)
        models = {head: self.classifier(task, head) for head in check_heads(card, heads)}
        return explaining.explain(card, models, text, label)

    def judgement(self, task: str) -> Judgement:
        """What was measured of a task's bundled checkpoints; raises `InputError` if nothing was."""
        return judging.stored(self.task(task), self._folder)

    def leaderboard(self) -> tuple[Standing | Unread, ...]:
        """Every judged task's models, and what is damaged of them."""
        return tuple(judging.leaderboard(self._folder))

    def judged_texts(self, task: str) -> BatchComparison:
        """The texts behind a task's judgement; raises `InputError` if they cannot be had."""
        return self._texts.of(self.judgement(task))

    def unjudged(self, task: str) -> tuple[str, ...]:
        """Heads whose weights in use are not the judged ones; errors are those of `judgement`."""
        folders = {head: self.folder(task, head) for head in self.task(task).heads}
        here = {head: folder for head, folder in folders.items() if folder}
        return judging.others(self.judgement(task), here)

    def formula(self, task: str) -> Formula:
        """A task's hybrid as a formula; raises `InputError` if there is none, or it is too long."""
        (head,) = check_heads(self.task(task), ["hybrid"])
        return judging.formula_in(self.classifier(task, head))

    @staticmethod
    def predict_with(source: str, revision: str | None, text: str) -> Prediction:
        """Classify one text with any checkpoint.

        Args:
            source: A folder or a Hub repository.
            revision: Branch, tag or commit on the Hub.
            text: What to read.

        Raises:
            CheckpointError: If the checkpoint is not to be had, or not usable.
            InputError: If there is nothing to read.
        """
        classifier = open_source(source, revision, max_model_bytes())
        tokens = tokens_of(classifier, check_text(text))
        return predict(classifier, head_of(classifier.model.config.head).name, tokens)

    def classifier(self, task: str, head: str) -> LoadedModel:
        """The model behind a head of a task, loaded on first use.

        Raises:
            CheckpointError: If its checkpoint is not usable.
            BackboneError: If its encoder is not to be had.
            InputError: If it is a visitor's, and was dropped to make room.
        """
        own = self._visitors.find(task, head)
        return own or self._shipped.classifier((self._visitors.home(task), head))

    def folder(self, task: str, head: str) -> Path | None:
        """Where a shipped model was loaded from; ``None`` of a visitor's own."""
        own = self._visitors.find(task, head)
        return None if own else self._shipped.folder((self._visitors.home(task), head))

    def adopt(self, card: TaskCard, classifiers: dict[str, LoadedModel]) -> None:
        """Let a visitor's own models be asked like the others, by whoever knows the card's key.

        Args:
            card: Describes them; its key cannot be guessed.
            classifiers: By head.

        Raises:
            InputError: If there is no room for them, however many others are dropped.
        """
        self._visitors.adopt(card, classifiers)

    def forget(self, key: str) -> None:
        """Drop a visitor's own task, and its models unless another visitor's task has them, too."""
        self._visitors.forget(key)

    def load_model(
        self, repo_id: str, revision: str | None = None, token: str | None = None, task: str = ""
    ) -> Guest:
        """Load a visitor's model from the Hub; it is then asked like the others.

        Args:
            repo_id: Such as ``org/name``.
            revision: Branch, tag or commit; the main branch if left out.
            token: The visitor's own, for a private or gated model. It is used for this load alone.
            task: Key of the one in sight, which comes first where the labels fit several.

        Raises:
            CheckpointError: If it is not to be had, or not usable; the message says why.
            BackboneError: If its encoder is not to be had.
            InputError: If there is no room for it.
        """
        return self._visitors.load(repo_id, revision, token, self.tasks, task)

    def _offer(self, shipped: Shipped) -> None:
        """Let these checkpoints be chosen."""
        self._shipped = shipped
        self.tasks = shipped.cards
