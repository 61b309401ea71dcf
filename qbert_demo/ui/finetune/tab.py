"""The Fine-tune tab: teach heads on a subset or on one's own sentences, and watch them learn."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.service import HEADS, Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.downloads import Use, build_downloads
from qbert_demo.ui.finetune.push import build_push
from qbert_demo.ui.finetune.replay import Replay
from qbert_demo.ui.finetune.rows_form import DEFAULT_SOURCE, build_rows_form
from qbert_demo.ui.finetune.run import Shown, run, stop
from qbert_demo.ui.finetune.session import Session
from qbert_demo.ui.finetune.settings_form import build_settings_form
from qbert_demo.ui.finetune.trial import build_trial
from qbert_demo.ui.finetune.upload import build_upload
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.own_tasks import OwnTasks
from qbert_demo.ui.parts.spoken import spoken

QUICK_ROWS, QUICK_HELD_OUT = 100, 200
QUICK = ("dataset", DEFAULT_SOURCE, "", None, QUICK_ROWS, QUICK_HELD_OUT, True, 0)
"""What the first button trains on, in the order of `choice_of`."""
INTRODUCTION = (
    "<p>Teach a head of each kind on the same sentences and see which does better on others. A "
    "<b>head</b> is the small last part that turns BERT's numbers into a label: a plain layer "
    "(classical), a simulated circuit (hybrid), or a plain layer as small as the circuit "
    "(control).</p>"
)


def build_finetune_tab(tuner: Tuner, explorer: Explorer, own: OwnTasks, text: gr.Textbox) -> None:
    """Lay out the tab and wire it.

    Args:
        tuner: What gathers rows and trains.
        explorer: What the trained heads are handed to.
        own: Where they are offered.
        text: The Compare tab's text.
    """
    with gr.Tab("Fine-tune", id="finetune", elem_id="finetune-tab") as tab:
        gr.HTML(INTRODUCTION, apply_default_css=False)
        with gr.Row(elem_classes="buttons"):
            quick = gr.Button(
                f"Train on {QUICK_ROWS} film sentences", variant="primary", elem_id="quick"
            )
            end = gr.Button("Stop", visible=False, elem_id="stop")
        session = gr.State(Session())
        said = spoken("", elem_id="training-said")
        bar = gr.HTML("", elem_id="training-bar", apply_default_css=False)
        with gr.Accordion(
            "Or choose data, heads and settings", open=True, elem_id="training-form"
        ) as form:
            rows = build_rows_form(tuner)
            heads, settings = build_settings_form()
            with gr.Row(elem_classes="buttons"):
                start = gr.Button("Start", variant="primary", elem_id="start")
        result = gr.HTML("", elem_id="training-result", apply_default_css=False)
        build_trial(tuner, session, result)
        build_downloads(tuner, explorer, session, Use(*own, text=text))
        replay = Replay(elem_id="replay")
        wrong = gr.HTML("", elem_id="training-wrong", apply_default_css=False)
        build_push(session)
        build_upload(tuner, explorer, own)
    shown = Shown(session, said, bar, form, end, result, replay, wrong, rows.token)
    waiting: dict[str, Any] = {"trigger_mode": "multiple", "concurrency_limit": 64, **QUIET}
    quick.click(partial(_quick, tuner), session, shown, **waiting)
    start.click(
        partial(_start, tuner, list(settings)),
        [session, heads, *settings.values(), *rows.controls],
        shown,
        **waiting,
    )
    end.click(partial(_stop, tuner), session, said, queue=False, **QUIET)
    tab.select(tuner.warm_up, None, None, api_visibility="private", queue=False)


def _quick(tuner: Tuner, session: Session) -> Iterator[Shown]:
    """Train every kind of head with the settings that fit."""
    yield from run(tuner, session, tuple(HEADS), {}, QUICK)


def _start(
    tuner: Tuner, names: list[str], session: Session, heads: list[str], *values: Any
) -> Iterator[Shown]:
    """Train and tell; the first values are those of the named settings, the others of the rows."""
    settings = dict(zip(names, values, strict=False))
    yield from run(tuner, session, heads or (), settings, values[len(names) :])


def _stop(tuner: Tuner, session: Session) -> Any:
    """End what is under way; says so at once where that may take a while."""
    is_preparing = session.preparing is not None
    stop(tuner, session)
    return "<p>Stopping …</p>" if is_preparing else KEEP
