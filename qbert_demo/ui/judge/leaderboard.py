"""What the models cost beside their scores, and all tasks and models in one table."""

import html
from collections.abc import Sequence

import gradio as gr

from qbert_demo.results import Standing, Unread
from qbert_demo.service import Explorer
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.markup import table_html
from qbert_demo.ui.parts.words import error_html, milliseconds

COST = ("parameters in the head", "live", "ms in the head", "training hours")


def build_leaderboard(explorer: Explorer, tab: gr.Tab) -> None:
    """Lay out the leaderboard of all tasks."""
    board = gr.HTML("", elem_id="judge-leaderboard", apply_default_css=False)
    tab.select(lambda: board_html(explorer.leaderboard()), None, board, queue=False, **QUIET)


def costs_of(explorer: Explorer, task: str) -> tuple[tuple[Standing, ...], str]:
    """What a task's models cost: as standings, and as HTML, which says what cannot be read."""
    found = [one for one in explorer.leaderboard() if one.task == task]
    costs, damage = _sorted(found)
    return costs, f"{damage}{costs_html(costs)}"


def costs_html(costs: Sequence[Standing]) -> str:
    """What the models of one task cost."""
    if not costs:
        return ""
    rows = "".join(_row(s.head, s, *_cost(s)) for s in costs)
    devices = " and ".join(sorted({s.device for s in costs}))
    hint = html.escape(
        "Beside the encoder, which is the same for all; ms are of one text alone, training was on "
        f"{devices}."
    )
    return f'{table_html("What they cost", ("model", *COST), rows)}<p class="hint">{hint}</p>'


def board_html(found: Sequence[Standing | Unread]) -> str:
    """Every task and model, the best of a task not picked out: the tests above tell that."""
    standings, damage = _sorted(found)
    if not standings:
        return damage
    scores = ("accuracy", "95 % interval", "mean over seeds", "macro F1", "texts")
    columns = ("task", "model", *scores, *COST, "judged")
    rows = "".join(
        _row(
            s.title,
            s,
            f'<span class="{s.head}">{s.head}</span>',
            f"{s.accuracy.value:.4f}",
            f"{s.accuracy.low:.4f} to {s.accuracy.high:.4f}",
            str(s.spread or "one seed"),
            f"{s.macro_f1:.4f}",
            f"{s.accuracy.n:,}",
            *_cost(s),
            s.day,
        )
        for s in standings
    )
    words = "Intervals that overlap do not tell whether two models differ; the tests of a task do."
    return (
        f"<h2>All tasks and models</h2>{damage}{table_html('Leaderboard', columns, rows)}"
        f'<p class="hint">{words}</p>'
    )


def _sorted(found: Sequence[Standing | Unread]) -> tuple[tuple[Standing, ...], str]:
    """What is known, and what is damaged in HTML."""
    damage = "".join(error_html(one.why) for one in found if isinstance(one, Unread))
    return tuple(one for one in found if isinstance(one, Standing)), damage


def _row(first: str, standing: Standing, *cells: str) -> str:
    name = html.escape(first)
    kind = f' class="{standing.head}"' if first == standing.head else ""
    return f'<tr><th scope="row"{kind}>{name}</th>{"".join(f"<td>{c}</td>" for c in cells)}</tr>'


def _cost(standing: Standing) -> tuple[str, ...]:
    time = standing.milliseconds
    words = "" if time is None else milliseconds(time)
    return (f"{standing.in_head:,}", f"{standing.live:,}", words, f"{standing.hours:.2f}")
