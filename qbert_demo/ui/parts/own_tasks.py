"""Tasks that a visitor brought along: trained here, loaded from a file or from the Hub.

They stand in the task choices of this visitor's page alone, and are dropped when the visitor has
left for a while.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.results import TaskCard
from qbert_demo.service import Explorer
from qbert_demo.ui.parts.events import KEEP


class OwnTasks(NamedTuple):
    """What changes when a visitor gets another task: the components, or what is in them then.

    Attributes:
        said: What came of it, in HTML; beside the form it was asked with.
        cards: The visitor's own tasks, a tuple of `TaskCard`.
        task: The Compare tab's task.
        circuit_task: The Circuit tab's task.
        asking: A new value asks the models of that task about the text in the Compare tab.
        token: The box of a token for the Hub, emptied once a model was loaded with it.
    """

    said: Any
    cards: Any = KEEP
    task: Any = KEEP
    circuit_task: Any = KEEP
    asking: Any = KEEP
    token: Any = KEEP


def own_cards(explorer: Explorer) -> gr.State:
    """What remembers a visitor's own tasks; it is deleted soon after the page was closed.

    Gradio copies the callback deeply for every page, so it must be a function: a ``partial`` would
    have the models copied along.
    """
    return gr.State((), delete_callback=lambda cards: _forget(explorer, cards))


def added(
    explorer: Explorer, said: str, own: Sequence[TaskCard] | None, *new: TaskCard
) -> OwnTasks:
    """Offer more tasks and choose the last of them.

    Args:
        explorer: What all visitors can ask.
        said: What is to be said, in HTML.
        own: What this visitor could ask besides.
        new: What comes to it; an older task with the same title gives way and is forgotten.

    Returns:
        What changes. The Circuit tab has tasks with a hybrid alone.
    """
    titles, keys = [card.title for card in new], [card.key for card in new]
    _forget(explorer, [c for c in own or () if c.title in titles and c.key not in keys])
    cards = (*(card for card in own or () if card.title not in titles), *new)
    everything = (*explorer.tasks, *cards)
    hybrids = [card for card in everything if "hybrid" in card.heads]
    task = gr.update(choices=_choices(everything), value=new[-1].key)
    circuit_task = gr.update(choices=_choices(hybrids))
    if new[-1] in hybrids:
        circuit_task["value"] = new[-1].key
    return OwnTasks(said, cards, task, circuit_task, new[-1].key)


def free_title(own: Sequence[TaskCard] | None, title: str, key: str) -> str:
    """The title, with a number where another of the visitor's tasks has it already."""
    taken = {card.title for card in own or () if card.key != key}
    numbered = (f"{title} ({n})" if n > 1 else title for n in count(1))
    return next(candidate for candidate in numbered if candidate not in taken)


def _forget(explorer: Explorer, cards: Sequence[TaskCard]) -> None:
    for card in cards:
        explorer.forget(card.key)


def _choices(cards: Sequence[TaskCard]) -> list[tuple[str, str]]:
    return [(card.title, card.key) for card in cards]
