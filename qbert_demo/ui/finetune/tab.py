"""The Fine-tune tab: teach heads on a subset or on one's own sentences, and watch them learn."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.service import HEADS, Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.downloads import build_downloads
from qbert_demo.ui.finetune.push import build_push
from qbert_demo.ui.finetune.replay import build_replay
from qbert_demo.ui.finetune.rows_form import build_rows_form
from qbert_demo.ui.finetune.run import CURVES, Shown, run, stop
from qbert_demo.ui.finetune.session import Session
from qbert_demo.ui.finetune.settings_form import build_settings_form
from qbert_demo.ui.finetune.upload import build_upload
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.own_tasks import OwnTasks
from qbert_demo.ui.parts.plotly_view import PlotlyView
from qbert_demo.ui.parts.spoken import spoken


def build_finetune_tab(tuner: Tuner, explorer: Explorer, own: OwnTasks) -> None:
    """Lay out the tab and wire it.

    Args:
        tuner: What gathers rows and trains.
        explorer: What the trained heads are handed to.
        own: Where they are offered.
    """
    with gr.Tab("Fine-tune", id="finetune", elem_id="finetune-tab") as tab:
        form = build_rows_form(tuner)
        heads, settings = build_settings_form()
        gr.HTML("<h2>3 Train</h2>", apply_default_css=False)
        with gr.Row(elem_classes="buttons"):
            start = gr.Button("Start", variant="primary", elem_id="start")
            end = gr.Button("Stop", elem_id="stop")
        session = gr.State(Session())
        said = spoken("", elem_id="training-said")
        bar = gr.HTML("", elem_id="training-bar", apply_default_css=False)
        with gr.Row(elem_classes="curves"):
            curves = {
                name: PlotlyView(None, streamed=True, elem_id=f"curve-{name}") for name in CURVES
            }
        result = gr.HTML("", elem_id="training-result", apply_default_css=False)
        with gr.Row(elem_classes="curves"):
            matrices = {head: PlotlyView(None, elem_id=f"confusion-{head}") for head in HEADS}
        build_downloads(tuner, explorer, session, own)
        build_push(session)
        build_replay(session, result)
        build_upload(tuner, explorer, own)
    start.click(
        partial(_start, tuner, list(settings)),
        [session, heads, *settings.values(), *form],
        Shown(session, said, bar, result, form[-1], **curves, **matrices),
        trigger_mode="multiple",
        concurrency_limit=64,
        **QUIET,
    )
    end.click(partial(_stop, tuner), session, said, queue=False, **QUIET)
    tab.select(tuner.warm_up, None, None, api_visibility="private", queue=False)


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
