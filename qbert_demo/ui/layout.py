"""The page around the tabs: header, foot, theme, and what the server is launched with."""

import html
from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.results import Place
from qbert_demo.service import Explorer
from qbert_demo.service.evaluating import Evaluator
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.api import build_api
from qbert_demo.ui.circuit.tab import build_circuit_tab
from qbert_demo.ui.compare.hub_model import wire_guest_form
from qbert_demo.ui.compare.tab import build_compare_tab
from qbert_demo.ui.finetune import build_finetune_tab
from qbert_demo.ui.finetune.api import build_finetune_api
from qbert_demo.ui.judge import build_judge_tab
from qbert_demo.ui.judge.evaluate import build_evaluate_api
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.markup import link_html
from qbert_demo.ui.parts.own_tasks import OwnTasks, own_cards
from qbert_demo.ui.parts.plotly_view import plotly_head
from qbert_demo.ui.parts.static import STATIC, TEXT
from qbert_demo.ui.parts.theme import explorer_theme, head_styles
from qbert_demo.ui.server.faults import Page
from qbert_demo.ui.server.options import server_options
from qbert_demo.ui.server.sessions import MAX_SESSIONS

TITLE = "QBERT explorer"
MAX_WAITING = 200
"""Requests that may wait in the queue; one more is refused instead of waiting for minutes."""
THREADS = 128
"""Enough for a classroom: everyone who watches a training holds one most of the time."""
STYLES = ("app", "compare", "why", "pins", "circuit", "finetune", "judge", "evaluate")
"""Style sheets in ``static/``: the page's, then each tab's and of what unfolds in it."""


def build_app(explorer: Explorer, tuner: Tuner) -> gr.Blocks:
    """Build the app.

    Args:
        explorer: The models and their tasks.
        tuner: What trains new heads.
    """
    with Page(title=TITLE, analytics_enabled=False) as app:
        gr.HTML(header_html(), elem_id="header", apply_default_css=False)
        # Anything but tabs inside `gr.Tabs` makes Gradio draw a tab twice.
        cards = own_cards(explorer)
        evaluator = Evaluator(explorer, tuner)
        with gr.Tabs():
            question = build_compare_tab(explorer, app)
            circuit_task = build_circuit_tab(explorer, question.task, question.text)
            task, asking, guest = question.task, question.asking, question.guest
            own = OwnTasks(guest.said, cards, task, circuit_task, asking, guest.token)
            wire_guest_form(explorer, guest, own)
            build_finetune_tab(tuner, explorer, own, question.text)
            build_judge_tab(explorer, evaluator, cards, question.task)
        build_foot(explorer, app)
        build_api(explorer)
        build_finetune_api(tuner)
        build_evaluate_api(evaluator)
    app.queue(api_open=False, max_size=MAX_WAITING)
    return app


def launch_options() -> dict[str, Any]:
    """Return the keyword arguments of ``launch`` that make the app look and behave as ours."""
    return {
        "theme": explorer_theme(),
        "css": head_styles(),
        "css_paths": [STATIC / f"{name}.css" for name in STYLES],
        "head": plotly_head(),
        "footer_links": ["api"],
        "run_history": False,
        "show_error": False,
        "max_file_size": "20mb",
        "ssr_mode": False,
        "max_threads": THREADS,
        "state_session_capacity": MAX_SESSIONS,
        "app_kwargs": server_options(),
    }


def header_html() -> str:
    """Write the page's head: title and purpose."""
    purpose = (TEXT / "purpose.md").read_text("utf-8").strip()
    return f"<header><h1>{TITLE}</h1><p>{html.escape(purpose)}</p></header>"


def build_foot(explorer: Explorer, page: gr.Blocks) -> None:
    """Lay out the foot; it is written anew for each page, since a model may fall back later."""
    foot = gr.HTML(current_foot(explorer), elem_id="foot", apply_default_css=False)
    page.load(partial(current_foot, explorer), None, foot, queue=False, **QUIET)


def current_foot(explorer: Explorer) -> str:
    """Write the foot with what is known of the models now."""
    return foot_html(explorer.status, explorer.origins)


def foot_html(status: str, origins: Sequence[tuple[str, Place]]) -> str:
    """Write the page's foot: one line on the models, and a list to be opened.

    Args:
        status: One line that says where models and encoder came from.
        origins: The name of each, and where it came from.
    """
    rows = "".join(
        f"<li>{html.escape(name)}: {link_html(place.words, place.link)}</li>"
        for name, place in origins
    )
    return (
        f'<details class="status"><summary>{html.escape(status)}</summary><ul>{rows}</ul></details>'
    )
