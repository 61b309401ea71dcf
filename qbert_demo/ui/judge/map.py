"""The map of a judged split: its texts as the encoder places them, and as the circuit does."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from qbert_demo.errors import QBertError
from qbert_demo.figures.split_map import split_map
from qbert_demo.figures.theme import literal, percent
from qbert_demo.results import SplitMap
from qbert_demo.service import Explorer
from qbert_demo.service.split_maps import MOST, SplitMaps
from qbert_demo.ui.compare.batch import Run, begin
from qbert_demo.ui.judge.texts import texts_html
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.markup import bar_html, reading
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

HINT = (
    f"The hybrid reads the judged texts, at most {MOST:,} of them, which takes half a minute or "
    "so. A point that is clicked opens its text in Compare."
)
OPEN = "() => requestAnimationFrame(() => document.querySelector('#map-text a')?.click())"


class Drawn(NamedTuple):
    """The map: words in HTML, and a `Panel` or nothing for each of its planes; what stops it."""

    said: Any
    encoder: Any = None
    circuit: Any = None
    text: Any = ""
    end: Any = gr.update(visible=False)


KEPT = Drawn(KEEP, KEEP, KEEP, KEEP, KEEP)


def build_map(explorer: Explorer, task: gr.Radio) -> None:
    """Lay out the accordion and wire it to `draw_map`.

    Args:
        explorer: What has texts and models.
        task: The tab's task.
    """
    maps = SplitMaps(explorer)
    with gr.Accordion("Map of the texts", open=False, elem_id="judge-map"):
        gr.HTML(f'<p class="hint">{HINT}</p>', apply_default_css=False)
        with gr.Row(elem_classes="buttons"):
            start = gr.Button("Draw the map", variant="primary", elem_id="map-start")
            stop = gr.Button("Stop", visible=False, elem_id="map-stop")
        said = spoken("", elem_id="map-said")
        with gr.Row(elem_classes="side-by-side"):
            encoder = PlotlyView(None, elem_id="map-encoder")
            circuit = PlotlyView(None, elem_id="map-circuit")
        text = gr.HTML("", apply_default_css=False, elem_id="map-text")
    run = gr.State(Run())
    outputs = Drawn(said, encoder, circuit, text, stop)
    start.click(begin_map, run, outputs, queue=False, **QUIET).then(
        partial(draw_map, maps),
        [run, task],
        outputs,
        concurrency_limit=1,
        concurrency_id="batch",
        **QUIET,
    )
    stop.click(stop_map, run, outputs, queue=False, **QUIET)
    task.input(forget_map, run, outputs, queue=False, **QUIET)
    for view in (encoder, circuit):
        view.select(PointClicked(maps), task, text, queue=False, **QUIET).then(
            None, js=OPEN, api_visibility="private"
        )


def begin_map(run: Run) -> Drawn:
    """Want a map, which from now on can be stopped."""
    return KEPT._replace(said=begin(run), end=gr.update(visible=True))


def draw_map(maps: SplitMaps, run: Run, task: str) -> Iterator[Drawn]:
    """Yield what to show: how far the reading is, then the map."""
    this = run.wanted
    if this is None:
        # Stopped while it waited. What tells nothing at all empties what it could have changed.
        yield KEPT
        return
    try:
        yield Drawn("<p>Fetching the texts …</p>", end=KEEP)
        for made in maps.make(task):
            if run.wanted is not this:
                yield KEPT  # at the end Gradio sends what was yielded last once more
                return
            yield _drawn(maps, task, made) if isinstance(made, SplitMap) else _progress(*made)
    except QBertError as error:
        yield Drawn(error_html(str(error)))
    finally:
        if run.wanted is this:
            run.wanted = None


def stop_map(run: Run) -> Drawn:
    """Want no map any more; one that is drawn stays."""
    if run.wanted is None:
        return KEPT
    run.wanted = None
    return Drawn("<p>Stopped.</p>")


def forget_map(run: Run) -> Drawn:
    """Show nothing, as another task was chosen."""
    run.wanted = None
    return Drawn("")


class PointClicked:
    """Shows the text behind a point."""

    __name__ = "show_point"

    def __init__(self, maps: SplitMaps) -> None:
        """Listen to one of the map's figures."""
        self._maps = maps

    def __call__(self, task: str, event: gr.EventData) -> Any:
        """Write the text with each model's answer, as a link into Compare."""
        try:
            *_, found = self._maps.make(task)
            texts = self._maps.explorer.judged_texts(task)
        except QBertError as error:
            return error_html(str(error))
        names = [literal(name) for name in texts.label_names]
        if event.trace not in names or not isinstance(found, SplitMap):
            return KEEP
        places = found.places[found.truth == names.index(event.trace)]
        place = int(places[event.index])
        return texts_html(texts, np.array([place]), f"row {place} of the split, from 0")


def map_words(found: SplitMap) -> str:
    """What is to be seen."""
    n, wrong = len(found.places), int((found.said != found.truth).sum())
    drawn = (
        f"All {n:,} texts are drawn"
        if found.seed is None
        else f"{n:,} of {found.rows:,} texts are drawn, a sample with seed {found.seed}"
    )
    encoder, circuit = found.encoder, found.circuit
    return (
        f"{drawn}; rings mark the {wrong:,} that the hybrid got wrong. One component holds "
        f"{percent(encoder.shares[0])} of the variance in the encoder and "
        f"{percent(circuit.shares[0])} in the circuit. A text's nearest neighbour, by all "
        f"components, has the same true label for {percent(encoder.alike)} of the texts in the "
        f"encoder and for {percent(circuit.alike)} in the circuit."
    )


def _drawn(maps: SplitMaps, task: str, found: SplitMap) -> Drawn:
    labels = maps.explorer.task(task).labels
    texts = maps.explorer.judged_texts(task).texts
    chosen = [texts[k] for k in found.places]
    encoder = split_map(found, found.encoder, "Vectors of the hybrid's encoder", chosen, labels)
    circuit = split_map(found, found.circuit, "The circuit's values ⟨Z⟩", chosen, labels)
    return Drawn(reading(map_words(found)), Panel(encoder), Panel(circuit))


def _progress(done: int, total: int) -> Drawn:
    words = f"{bar_html(done, total, 'Texts read')} {done:,} of {total:,} texts read"
    return Drawn(f"<p>{words}</p>", end=KEEP)
