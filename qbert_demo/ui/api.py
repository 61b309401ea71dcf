"""The named endpoints ``/compare``, ``/compare_batch``, ``/explain`` and ``/judge``: plain JSON.

Gradio checks no types here; the explorer checks everything before it uses it.
"""

from typing import Any

import gradio as gr

from qbert_demo.errors import InputError, QBertError
from qbert_demo.service import Explorer
from qbert_demo.service.explaining import explanation_json
from qbert_demo.service.plain_json import Json, batch_json, comparison_json, judgement_json
from qbert_demo.ui.compare.tab import heads_of

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
        labels: list[str | int] | None = None,
        include_control: bool = False,
    ) -> dict[str, Any]:
        """Compare the models on up to 500 texts, with accuracy if true labels are given."""
        return answered(compare_batch_json, explorer, task, texts, labels, include_control)

    def explain(
        task: str, text: str, label: str | None = None, include_control: bool = False
    ) -> dict[str, Any]:
        """Say which words the models' answers came from, or any label's logit."""
        return answered(explain_json, explorer, task, text, label, include_control)

    gr.api(
        compare,
        api_name="compare",
        concurrency_limit=MODELS_AT_ONCE,
        concurrency_id="models",
    )

    def judge(task: str) -> dict[str, Any]:
        """Say what was measured of a task: scores, tests, ablation ladder and formula."""
        return answered(judge_json, explorer, task)

    gr.api(compare_batch, api_name="compare_batch", concurrency_limit=1, concurrency_id="batch")
    gr.api(explain, api_name="explain", concurrency_limit=1, concurrency_id="explain")
    gr.api(judge, api_name="judge", concurrency_limit=MODELS_AT_ONCE)


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
    heads = heads_of(explorer, task, _flag(include_control))
    return comparison_json(explorer.compare(task, text, heads))


def compare_batch_json(
    explorer: Explorer, task: Any, texts: Any, labels: Any = None, include_control: Any = False
) -> Json:
    """Report the comparison of many texts.

    Raises:
        InputError: If an argument is of the wrong type or cannot be used.
    """
    heads = heads_of(explorer, task, _flag(include_control))
    return batch_json(explorer.compare_batch(task, texts, labels, heads))


def explain_json(
    explorer: Explorer, task: Any, text: Any, label: Any = None, include_control: Any = False
) -> Json:
    """Report which words the models' answers came from.

    Raises:
        InputError: If an argument is of the wrong type or cannot be used.
    """
    heads = heads_of(explorer, task, _flag(include_control))
    return explanation_json(explorer.explain(task, text, heads, label))


def judge_json(explorer: Explorer, task: Any) -> Json:
    """Report what was measured of a task.

    Raises:
        InputError: If there is no such task, or nothing was measured of it.
        CheckpointError: If what was kept is damaged.
    """
    return judgement_json(explorer.judgement(task))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"include_control must be true or false, not {value!r:.60}.")
    return value
