"""The named endpoints ``/compare`` and ``/compare_batch``: plain JSON in, plain JSON out.

Gradio checks no types here, so everything that arrives is checked before it is used.
"""

from typing import Any

import gradio as gr

from qbert_demo.config import MAX_BATCH_ROWS
from qbert_demo.errors import InputError, QBertError
from qbert_demo.report import Json, batch_json, comparison_json
from qbert_demo.service import Explorer
from qbert_demo.ui.compare import heads_of

MODELS_AT_ONCE = 2
"""Comparisons for programs that run side by side; more would only slow each other down."""


def build_api(explorer: Explorer) -> None:
    """Add the endpoints to the app that is being built."""

    def compare(task: str, text: str, include_control: bool = False) -> dict[str, Any]:
        """Compare the models on one text."""
        return answered(compare_json, explorer, task, text, include_control)

    def compare_batch(
        task: str,
        texts: list[str],
        labels: list[str] | None = None,
        include_control: bool = False,
    ) -> dict[str, Any]:
        """Compare the models on up to 500 texts, with accuracy if true labels are given."""
        return answered(compare_batch_json, explorer, task, texts, labels, include_control)

    gr.api(
        compare,
        api_name="compare",
        concurrency_limit=MODELS_AT_ONCE,
        concurrency_id="models",
    )
    gr.api(compare_batch, api_name="compare_batch", concurrency_limit=1, concurrency_id="batch")


def answered(ask: Any, *arguments: Any) -> Json:
    """Call one of the functions below and pass on only messages meant for the caller."""
    try:
        return ask(*arguments)
    except QBertError as error:
        raise gr.Error(str(error), print_exception=False) from None


def compare_json(explorer: Explorer, task: Any, text: Any, include_control: Any = False) -> Json:
    """Report the comparison of one text.

    Raises:
        InputError: If an argument is of the wrong type or cannot be used.
    """
    key = _task(explorer, task)
    heads = heads_of(explorer, key, _flag(include_control))
    return comparison_json(explorer.compare(key, _text(text, "text"), heads))


def compare_batch_json(
    explorer: Explorer, task: Any, texts: Any, labels: Any = None, include_control: Any = False
) -> Json:
    """Report the comparison of many texts.

    Raises:
        InputError: If an argument is of the wrong type or cannot be used.
    """
    key = _task(explorer, task)
    checked = _texts(texts, "texts")
    truth = None if labels is None else _texts(labels, "labels")
    if truth is not None and len(truth) != len(checked):
        raise InputError(
            f"labels must be as many as texts: {len(truth)} labels, {len(checked)} texts."
        )
    heads = heads_of(explorer, key, _flag(include_control))
    return batch_json(explorer.compare_batch(key, checked, truth, heads))


def _task(explorer: Explorer, task: Any) -> str:
    keys = [card.key for card in explorer.tasks]
    if not isinstance(task, str) or task not in keys:
        raise InputError(f"task must be one of {', '.join(keys)}, not {task!r:.60}.")
    return task


def _text(text: Any, name: str) -> str:
    if not isinstance(text, str):
        raise InputError(f"{name} must be a string, not {type(text).__name__}.")
    return text


def _texts(texts: Any, name: str) -> list[str]:
    if not isinstance(texts, list) or not texts:
        raise InputError(f"{name} must be a list of at least one string.")
    if len(texts) > MAX_BATCH_ROWS:
        raise InputError(f"{name} may hold at most {MAX_BATCH_ROWS} strings, not {len(texts)}.")
    return [_text(text, f"{name}[{k}]") for k, text in enumerate(texts)]


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"include_control must be true or false, not {value!r:.60}.")
    return value
