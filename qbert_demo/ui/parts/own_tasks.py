"""Tasks that a visitor brought along: trained here, loaded from a file or from the Hub.

They stand in the task choices of this visitor's page alone, and are dropped when the visitor has
left for a while.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.config import HEADS
from qbert_demo.results import TaskCard
from qbert_demo.service import Explorer
from qbert_demo.ui.parts.events import KEEP
from qbert_demo.ui.parts.forms import task_choices


class OwnTasks(NamedTuple):
    """What changes when a visitor gets another task.

    Attributes:
        cards: The visitor's own tasks, a tuple of `TaskCard`.
        task: The Compare tab's task.
        circuit_task: The Circuit tab's task.
        asking: A new value asks the models of that task about the text in the Compare tab.
    """

    cards: Any
    task: Any
    circuit_task: Any
    asking: Any


class Offer(NamedTuple):
    """What becomes of a visitor's wish to have another task.

    Attributes:
        said: What is to be said.
        own: `OwnTasks`.
        token: The box of a token, empty once it has served.
    """

    said: Any = KEEP
    own: Any = KEEP
    token: Any = KEEP


def own_cards(explorer: Explorer) -> gr.State:
    """What remembers a visitor's own tasks; Gradio deletes it an hour after the page was closed.

    Gradio copies the callback deeply for every page, so it must be a function: a ``partial`` would
    have the models copied along.
    """
    return gr.State((), delete_callback=lambda cards: _forget(explorer, cards))


def added(explorer: Explorer, own: Sequence[TaskCard] | None, *new: TaskCard) -> OwnTasks:
    """Offer more tasks and choose the last of them.

    Args:
        explorer: What all visitors can ask.
        own: What this visitor could ask besides.
        new: What comes to it; an older task with the same title gives way and is forgotten.

    Returns:
        New values. The Circuit tab has tasks with a hybrid alone.
    """
    titles, keys = [card.title for card in new], [card.key for card in new]
    _forget(explorer, [c for c in own or () if c.title in titles and c.key not in keys])
    cards = (*(card for card in own or () if card.title not in titles), *new)
    everything = (*explorer.tasks, *cards)
    hybrids = [card for card in everything if "hybrid" in card.heads]
    task = gr.update(choices=task_choices(everything), value=new[-1].key)
    circuit_task = gr.update(choices=task_choices(hybrids))
    if new[-1] in hybrids:
        circuit_task["value"] = new[-1].key
    return OwnTasks(cards, task, circuit_task, new[-1].key)


def adopt(
    explorer: Explorer,
    own: Sequence[TaskCard] | None,
    key: str,
    title: str,
    models: Mapping[str, Any],
) -> TaskCard:
    """Let a visitor's own models answer, as a task.

    Args:
        explorer: What they are handed to.
        own: What this visitor could ask besides.
        key: Of the task; it cannot be guessed.
        title: Of the task; numbered where another of the visitor's has it already.
        models: By head.

    Raises:
        InputError: If there is no room for them.
    """
    heads = tuple(head for head in HEADS if head in models)
    card = TaskCard(key, _free_title(own, title, key), models[heads[0]].labels, (), heads)
    explorer.adopt(card, dict(models))
    return card


def _free_title(own: Sequence[TaskCard] | None, title: str, key: str) -> str:
    taken = {card.title for card in own or () if card.key != key}
    numbered = (f"{title} ({n})" if n > 1 else title for n in count(1))
    return next(candidate for candidate in numbered if candidate not in taken)


def _forget(explorer: Explorer, cards: Sequence[TaskCard]) -> None:
    for card in cards:
        explorer.forget(card.key)
