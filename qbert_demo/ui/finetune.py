"""The Fine-tune tab: teach heads on a subset or on one's own sentences, and watch them learn."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

import gradio as gr

from qbert_demo.circuit.spec import Ansatz, Encoding
from qbert_demo.config import HEADS
from qbert_demo.service import Explorer
from qbert_demo.training.recipe import LOSSES, RANGES, FrozenRecipe
from qbert_demo.tuning import MAX_HELD_OUT_ROWS, MAX_SECONDS, MAX_TRAIN_ROWS, MIN_ROWS, Tuner
from qbert_demo.ui.compare import Question
from qbert_demo.ui.finetune_run import Session, Update, download, preview, run, stop, use
from qbert_demo.ui.plotly_view import PlotlyView
from qbert_demo.ui.spoken import spoken

STATIC = Path(__file__).parent / "static"
DEFAULTS = FrozenRecipe()
DEFAULT_SOURCE = "rotten_tomatoes"
"""Short sentences, bundled."""
OWN_EXAMPLE = """The train was late again, calm
I cannot believe they cancelled it, angry"""


class ZipLink(gr.HTML):
    """Saves a file in the browser; its value is JSON with name and base64."""

    def __init__(self, **kwargs: Any) -> None:
        """Create it empty; ``kwargs`` are what ``gr.HTML`` takes."""
        super().__init__(
            html_template="",
            js_on_load=(STATIC / "zip_link.js").read_text("utf-8"),
            apply_default_css=False,
            **kwargs,
        )


def build_finetune_tab(
    tuner: Tuner, explorer: Explorer, question: Question, circuit_task: gr.Radio
) -> None:
    """Lay out the tab and wire it.

    Args:
        tuner: What gathers rows and trains.
        explorer: What the trained heads are handed to.
        question: The Compare tab's controls.
        circuit_task: The Circuit tab's task.
    """
    with gr.Tab("Fine-tune", id="finetune", elem_id="finetune-tab") as tab:
        form = _build_data(tuner)
        heads, settings = _build_settings()
        gr.HTML("<h2>3 Train</h2>", apply_default_css=False)
        with gr.Row(elem_classes="buttons"):
            start = gr.Button("Start", variant="primary", elem_id="start")
            end = gr.Button("Stop", elem_id="stop")
        session = gr.State(None, time_to_live=3600)
        said = spoken("", elem_id="training-said")
        bar = gr.HTML("", elem_id="training-bar", apply_default_css=False)
        with gr.Row(elem_classes="curves"):
            views = [
                PlotlyView(None, elem_id=f"curve-{name}")
                for name in ("loss", "accuracy", "gradients", "angles", "values")
            ]
        result = gr.HTML("", elem_id="training-result", apply_default_css=False)
        with gr.Row(elem_classes="curves"):
            matrices = [PlotlyView(None, elem_id=f"confusion-{head}") for head in HEADS]
        outputs = [question.task, circuit_task, question.asking]
        _build_taking_along(session, partial(_use, tuner, explorer), outputs)
    names = list(settings)
    start.click(
        partial(_start, tuner, names, len(form)),
        [session, heads, *settings.values(), *form],
        [session, said, bar, *views, result, *matrices],
        trigger_mode="multiple",
        concurrency_limit=64,
        show_progress="hidden",
        api_visibility="private",
    )
    end.click(partial(_stop, tuner), session, None, api_visibility="private", queue=False)
    tab.select(tuner.warm_up, None, None, api_visibility="private", queue=False)


def _start(
    tuner: Tuner,
    names: list[str],
    n_form: int,
    session: Session | None,
    heads: list[str],
    *values: Any,
) -> Iterator[Update]:
    settings = dict(zip(names, values[:-n_form], strict=True))
    yield from run(tuner, session or Session(), heads or (), settings, values[-n_form:])


def _build_data(tuner: Tuner) -> list[Any]:
    gr.HTML("<h2>1 Data</h2>", apply_default_css=False)
    sources = tuner.sources()
    kind = gr.Radio(
        [("A dataset", "dataset"), ("My own sentences", "own")],
        value="dataset",
        label="Rows",
        elem_id="data-kind",
        elem_classes="plain-radio",
    )
    with gr.Column(elem_id="from-dataset") as from_dataset:
        with gr.Row():
            source = gr.Dropdown(sources, value=DEFAULT_SOURCE, label="Dataset", elem_id="dataset")
            balanced = gr.Checkbox(True, label="Take all classes equally")
        with gr.Row():
            rows = gr.Slider(MIN_ROWS, MAX_TRAIN_ROWS, 500, step=10, label="Rows to train on")
            held_out = gr.Slider(MIN_ROWS, MAX_HELD_OUT_ROWS, 200, step=10, label="Rows held out")
    with gr.Column(visible=False, elem_id="from-own") as from_own:
        own_text = gr.Textbox(
            label="One row a line: text, label",
            info="2 to 20 classes, at least 4 rows each. Three tenths are held out.",
            placeholder=OWN_EXAMPLE,
            lines=6,
            max_lines=14,
            elem_id="own-text",
        )
        own_file = gr.File(
            label="or a CSV, TSV or JSONL file; it counts more than pasted lines",
            file_types=[".csv", ".tsv", ".txt", ".jsonl", ".ndjson"],
            height=110,
        )
    seed = gr.Number(0, label="Seed of the choice", minimum=0, precision=0)
    with gr.Row(elem_classes="buttons"):
        look = gr.Button("Look at the rows", elem_id="look")
    shown = spoken("", elem_id="rows-shown")
    form = [kind, source, own_text, own_file, rows, held_out, balanced, seed]
    look.click(
        partial(preview, tuner),
        form,
        shown,
        show_progress="hidden",
        concurrency_limit=8,
        api_visibility="private",
    )
    kind.change(
        lambda k: (gr.update(visible=k == "dataset"), gr.update(visible=k == "own")),
        kind,
        [from_dataset, from_own],
        show_progress="hidden",
        api_visibility="private",
        queue=False,
    )
    return form


def _build_settings() -> tuple[gr.CheckboxGroup, dict[str, Any]]:
    """Return the choice of heads, and the control of each field of `FrozenRecipe` by name."""
    gr.HTML(
        "<h2>2 Heads and settings</h2>"
        '<p class="hint">The encoder stays as it is; only the heads learn, which takes seconds. '
        f"A training ends after {MAX_SECONDS // 60} minutes at the latest.</p>",
        apply_default_css=False,
    )
    heads = gr.CheckboxGroup(
        list(HEADS), value=["classical", "hybrid"], label="Heads that race", elem_id="race"
    )

    def slider(name: str, label: str, info: str) -> gr.Slider:
        low, high = RANGES[name]
        return gr.Slider(low, high, getattr(DEFAULTS, name), step=1, label=label, info=info)

    with gr.Row():
        settings: dict[str, Any] = {
            "n_qubits": slider("n_qubits", "Qubits", "and width of the control"),
            "n_layers": slider("n_layers", "Layers", "trained layers of the circuit"),
            "epochs": slider("epochs", "Epochs", "passes over the rows"),
        }
    with gr.Accordion("More settings", open=False, elem_id="more-settings"):
        with gr.Row():
            settings["encoding"] = gr.Dropdown(
                list(get_args(Encoding)), value="ry", label="Encoding", info="how angles enter"
            )
            settings["ansatz"] = gr.Dropdown(
                [(name.replace("_", " "), name) for name in get_args(Ansatz)],
                value=DEFAULTS.ansatz,
                label="Ansatz",
                info="the trained layers' plan",
            )
            settings["loss"] = gr.Dropdown(
                [(name.replace("_", "-"), name) for name in LOSSES],
                value=DEFAULTS.loss,
                label="Loss",
                info="mse: squared error of the probabilities",
            )
        settings["reupload"] = gr.Checkbox(False, label="Encode again before every layer")
        with gr.Row():
            settings["batch_size"] = slider("batch_size", "Batch size", "texts a step")
            for name, label in (
                ("learning_rate", "Learning rate"),
                ("circuit_learning_rate", "Learning rate of the circuit's angles"),
            ):
                settings[name] = gr.Number(
                    getattr(DEFAULTS, name), label=label, minimum=0, maximum=1, step=0.001
                )
            settings["seed"] = gr.Number(
                0, label="Seed", info="of first weights and order", minimum=0, precision=0
            )
    return heads, settings


def _build_taking_along(
    session: gr.State, use_them: Callable[[Session | None], Any], outputs: list[Any]
) -> None:
    with gr.Row(elem_classes="buttons", elem_id="downloads"):
        using = gr.Button("Use in Compare and Circuit", variant="primary", elem_id="use")
        buttons = [gr.Button(f"Download {head}", elem_id=f"download-{head}") for head in HEADS]
    said = spoken("", elem_id="download-said")
    link = ZipLink(elem_id="download-link")
    using.click(
        use_them,
        session,
        [said, *outputs],
        show_progress="hidden",
        api_visibility="private",
    )
    for head, button in zip(HEADS, buttons, strict=True):
        button.click(
            partial(_download, head),
            session,
            [said, link],
            show_progress="hidden",
            api_visibility="private",
        )


def _download(head: str, session: Session | None) -> tuple[str, str | None]:
    return download(session or Session(), head)


def _use(tuner: Tuner, explorer: Explorer, session: Session | None) -> tuple[Any, ...]:
    said, card = use(tuner, explorer, session or Session())
    if card is None:
        return said, gr.skip(), gr.skip(), gr.skip()
    choices = [(task.title, task.key) for task in (*explorer.tasks, card)]
    radio = gr.update(choices=choices, value=card.key)
    return said, radio, radio, card.key


def _stop(tuner: Tuner, session: Session | None) -> None:
    stop(tuner, session or Session())
