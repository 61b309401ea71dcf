"""The named endpoint ``/fine_tune``: heads race on a frozen encoder, told as plain JSON.

The same queue and the same caps as for the tab hold here. Nothing is kept once the caller has
what was learnt, or has gone.
"""

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

import gradio as gr

from qbert_demo.errors import InputError, QBertError
from qbert_demo.results import QuickReport
from qbert_demo.service.plain_json import Json
from qbert_demo.service.training import DataChoice, Event, FrozenRecipe, Material
from qbert_demo.service.tuner import Tuner

PAUSE = 1.0
"""Seconds without an event after which something is told all the same: a caller's leaving shows."""
AT_ONCE = 32


def build_finetune_api(tuner: Tuner) -> None:
    """Add the endpoint to the app that is being built."""

    def fine_tune(
        dataset: str | None = "rotten_tomatoes",
        lines: str = "",
        rows: int = 500,
        held_out: int = 200,
        settings: dict[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Train heads on a dataset, or without one on lines "text, label"; streams events."""
        try:
            yield from told(tuner, dataset, lines, rows, held_out, settings)
        except QBertError as error:
            raise gr.Error(str(error), print_exception=False) from None

    gr.api(fine_tune, api_name="fine_tune", concurrency_limit=AT_ONCE)


def told(
    tuner: Tuner, dataset: Any, lines: Any, rows: Any, held_out: Any, settings: Any
) -> Iterator[Json]:
    """Train, and tell every event as it happens; the last has the scores.

    Raises:
        InputError: If an argument is of the wrong type or cannot be used, or the training failed.
        DataError: If the dataset cannot be had.
        BusyError: If too many wait already.
    """
    for name, text in (("dataset", dataset or ""), ("lines", lines)):
        if not isinstance(text, str):
            raise InputError(f"{name} must be a string, not {type(text).__name__}.")
    recipe = _recipe({} if settings is None else settings)
    choice = DataChoice(dataset or None, lines, rows=rows, held_out=held_out, seed=recipe.seed)
    material = tuner.material(choice)
    job_id = tuner.start(material, recipe)
    since, last = 0, {"event": "waiting", "place": 0}
    try:
        while True:
            events = tuner.events(job_id, since, PAUSE)
            for event in events:
                since = event.number + 1
                if event.kind == "sent" and "best" in event.value:
                    continue
                last = _as_json(event, material)
                yield last
                if event.is_last:
                    return
            if not events:
                yield {"event": "running"} if last["event"] == "epoch" else last
    finally:
        tuner.drop(job_id)


def _recipe(settings: Any) -> FrozenRecipe:
    known = [field.name for field in fields(FrozenRecipe)]
    if not isinstance(settings, dict) or not set(settings) <= set(known):
        raise InputError(f"settings must be an object with some of: {', '.join(known)}.")
    if "heads" in settings:
        heads = settings["heads"]
        settings = {**settings, "heads": tuple(map(str, heads if isinstance(heads, list) else ()))}
    return FrozenRecipe(**settings)


def _as_json(event: Event, material: Material) -> Json:
    if event.kind == "failed":
        raise InputError(event.sentence)
    if event.kind == "waiting":
        return {"event": "waiting", "place": event.value}
    if event.kind == "started":
        return {"event": "started"}
    if event.is_last:
        return {
            "event": event.kind,
            "sentence": event.sentence,
            **(_result(event.value, material) if event.value else {}),
        }
    if "embedded" in event.value:
        done, total = event.value["embedded"]
        return {"event": "embedding", "done": done, "total": total}
    epoch = event.value["epoch"]
    return {
        "event": "epoch",
        "head": epoch.head,
        "epoch": epoch.epoch,
        "loss": epoch.loss,
        "held_out_loss": epoch.held_out_loss,
        "held_out_accuracy": epoch.accuracy,
    }


def _result(report: QuickReport, material: Material) -> Json:
    return {
        "labels": list(material.labels),
        "notes": list(material.notes),
        "held_out": {
            "texts": list(material.held_out.texts),
            "labels": list(material.held_out.labels),
        },
        "heads": {
            name: {
                "held_out_accuracy": asdict(head.accuracy),
                "macro_f1": head.macro_f1,
                "predicted": head.predicted.tolist(),
                "trained_parameters": head.trained,
                "live_parameters": head.trained - head.dead,
                "best_epoch": head.history[head.best_epoch - 1].epoch if head.best_epoch else 0,
                "seconds": head.seconds,
            }
            for name, head in report.heads.items()
        },
        "seconds": report.seconds,
    }
