"""The Fine-tune tab: teach heads on a subset or on one's own sentences, and watch them learn."""

from functools import partial

import gradio as gr

from qbert_demo.config import HEADS
from qbert_demo.service import Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.downloads import build_downloads
from qbert_demo.ui.finetune.heads_form import build_heads_form
from qbert_demo.ui.finetune.push import build_push
from qbert_demo.ui.finetune.replay import build_replay
from qbert_demo.ui.finetune.rows_form import build_rows_form
from qbert_demo.ui.finetune.training import CURVES, Progress, Session, run, stop_training
from qbert_demo.ui.finetune.upload import build_upload
from qbert_demo.ui.parts.events import handler
from qbert_demo.ui.parts.html_blocks import block, spoken
from qbert_demo.ui.parts.own_tasks import OwnTasks
from qbert_demo.ui.parts.plotly_view import PlotlyView


def build_finetune_tab(tuner: Tuner, explorer: Explorer, own: OwnTasks) -> None:
    """Lay out the tab and wire it.

    Args:
        tuner: What gathers rows and trains.
        explorer: What the trained heads are handed to.
        own: Where they are offered.
    """
    with gr.Tab("Fine-tune", id="finetune", elem_id="finetune-tab") as tab:
        rows = build_rows_form(tuner)
        heads, settings = build_heads_form()
        block("<h2>3 Train</h2>")
        with gr.Row(elem_classes="buttons"):
            start = gr.Button("Start", variant="primary", elem_id="start")
            end = gr.Button("Stop", elem_id="stop")
        session = gr.State(Session())
        said = spoken(elem_id="training-said")
        bar = block(elem_id="training-bar")
        with gr.Row(elem_classes="curves"):
            curves = {name: PlotlyView(streamed=True, elem_id=f"curve-{name}") for name in CURVES}
        result = block(elem_id="training-result")
        with gr.Row(elem_classes="curves"):
            matrices = {head: PlotlyView(elem_id=f"confusion-{head}") for head in HEADS}
        build_downloads(tuner, explorer, session, own)
        build_push(session)
        build_replay(session, result)
        build_upload(tuner, explorer, own)
    progress = Progress(session, said, bar, curves, result, matrices, rows.hub.token)
    start.click(
        trigger_mode="multiple",
        concurrency_limit=64,
        **handler(partial(run, tuner), [session, heads, settings, rows], progress),
    )
    end.click(**handler(partial(stop_training, tuner), session, said, queue=False))
    tab.select(**handler(tuner.warm_up, queue=False))
