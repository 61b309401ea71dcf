"""The named endpoints ``/compare`` and ``/compare_batch``: plain JSON in, plain JSON out.

Gradio checks no types here; the explorer checks everything before it uses it.
"""

from typing import Any

import gradio as gr

from qbert_demo.errors import InputError
from qbert_demo.service import Explorer
from qbert_demo.service.plain_json import batch_json, comparison_json
from qbert_demo.ui.parts.events import errors_told

MODELS_AT_ONCE = 2
"""Comparisons for programs that run side by side; more would only slow each other down."""


def build_api(explorer: Explorer) -> None:
    """Add the endpoints to the app that is being built."""

    def compare(task: str, text: str, include_control: bool = False) -> dict[str, Any]:
        """Compare the models on one text."""
        with errors_told():
            heads = _heads(explorer, task, include_control)
            return comparison_json(explorer.compare(task, text, heads))

    def compare_batch(
        task: str,
        texts: list[str],
        labels: list[str] | None = None,
        include_control: bool = False,
    ) -> dict[str, Any]:
        """Compare the models on up to 500 texts, with accuracy if true labels are given."""
        with errors_told():
            heads = _heads(explorer, task, include_control)
            return batch_json(explorer.compare_batch(task, texts, labels, heads))

    gr.api(
        compare,
        api_name="compare",
        concurrency_limit=MODELS_AT_ONCE,
        concurrency_id="models",
    )
    gr.api(compare_batch, api_name="compare_batch", concurrency_limit=1, concurrency_id="batch")


def _heads(explorer: Explorer, task: Any, include_control: Any) -> tuple[str, ...]:
    if not isinstance(include_control, bool):
        raise InputError(f"include_control must be true or false, not {include_control!r:.60}.")
    return explorer.task(task).asked(include_control)
