"""The command line: ``python -m qbert_demo predict | circuit | evaluate | train``."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from qbert_demo.circuit.export import to_pennylane, to_qasm2, to_qasm3, to_text
from qbert_demo.config import CHECKPOINTS, HEADS
from qbert_demo.data.catalogue import TASKS, find_task
from qbert_demo.data.sources import SOURCES
from qbert_demo.errors import CheckpointError, InputError, QBertError
from qbert_demo.report import circuit_json, comparison_json, prediction_json
from qbert_demo.service import Explorer
from qbert_demo.training.evaluation import evaluate
from qbert_demo.training.quick import train_quickly, write_head
from qbert_demo.training.recipe import LOSSES, RECIPES, FrozenRecipe, Recipe
from qbert_demo.training.trainer import train
from qbert_demo.tuning import DataChoice, Tuner

EXPORTS = {
    "text": to_text,
    "pennylane": to_pennylane,
    "qasm3": to_qasm3,
    "qasm2": to_qasm2,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after the program's name; the process's own if left out.

    Returns:
        The exit status: 0, or 2 after an error that the person can mend.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except QBertError as error:
        print(f"qbert_demo: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m qbert_demo",
        description="Classical and hybrid quantum BERT text classifiers, side by side.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_predict(commands.add_parser("predict", help="classify one text, print JSON"))
    _add_circuit(commands.add_parser("circuit", help="show what the circuit does to one text"))
    _add_evaluate(commands.add_parser("evaluate", help="score checkpoints on the reported split"))
    _add_train(commands.add_parser("train", help="fine-tune a checkpoint end to end"))
    return parser


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--task", choices=TASKS, default="sst2")
    parser.add_argument(
        "--checkpoint",
        metavar="FOLDER_OR_HUB_ID[@REVISION]",
        help="predict with this checkpoint alone",
    )
    parser.set_defaults(run=_predict)


def _predict(options: argparse.Namespace) -> None:
    if options.checkpoint is None:
        explorer = Explorer.start([options.task])
        heads = explorer.task(options.task).heads
        result = comparison_json(explorer.compare(options.task, options.text, heads))
        answer = {"task": result["task"], "text": result["text"], "models": result["models"]}
    else:
        source, _, revision = options.checkpoint.partition("@")
        prediction = Explorer.predict_with(source, revision or None, options.text)
        models = {prediction.card.head: prediction_json(prediction)}
        answer = {"task": None, "text": options.text, "models": models}
    _print_json(answer)


def _add_circuit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--task", choices=TASKS, default="sst2")
    parser.add_argument("--format", choices=("json", *EXPORTS), default="text")
    parser.set_defaults(run=_circuit)


def _circuit(options: argparse.Namespace) -> None:
    explorer = Explorer.start([options.task])
    comparison = explorer.compare(options.task, options.text, ["hybrid"])
    circuit = comparison.predictions["hybrid"].circuit
    if circuit is None:
        raise CheckpointError(f"The hybrid checkpoint of {options.task} has no circuit.")
    if options.format == "json":
        _print_json(circuit_json(circuit.gates, circuit.n_qubits))
    else:
        print(EXPORTS[options.format](circuit.gates, circuit.n_qubits), end="")  # noqa: T201


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--task", choices=TASKS, action="append", help="all tasks if left out")
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="FOLDER")
    _add_datasets_dir(parser)
    parser.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> None:
    for key in options.task or TASKS:
        print(evaluate(find_task(key), options.checkpoints, options.datasets_dir))  # noqa: T201


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--task", choices=TASKS, help="what is learnt end to end")
    parser.add_argument("--head", choices=HEADS.values(), required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--rows", type=int, help="train on so many rows only")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=None)
    parser.add_argument("--fresh", action="store_true", help="do not resume an interrupted run")
    parser.add_argument("--json", action="store_true", help="print training.json at the end")
    _add_datasets_dir(parser)
    quick = parser.add_argument_group("in seconds", "train only the head, on a frozen encoder")
    quick.add_argument("--frozen-encoder", action="store_true")
    quick.add_argument("--dataset", metavar="ID_OR_FILE", help=f"{', '.join(SOURCES)}, or a file")
    quick.add_argument("--loss", choices=LOSSES)
    quick.add_argument("--circuit-learning-rate", type=float)
    group = parser.add_argument_group("recipe", "defaults are the recipe of the task")
    for field in fields(Recipe):
        name = f"--{field.name.replace('_', '-')}"
        if field.type is bool:
            group.add_argument(name, action=argparse.BooleanOptionalAction, default=None)
        else:
            group.add_argument(name, type=field.type, default=None)
    parser.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    given = {
        field.name: getattr(options, field.name)
        for field in fields(Recipe)
        if getattr(options, field.name) is not None
    }
    if options.frozen_encoder:
        _train_frozen(options, given)
        return
    if options.task is None:
        raise InputError("Name a task with --task, or add --frozen-encoder and --dataset.")
    facts = train(
        find_task(options.task),
        options.head,
        replace(RECIPES[options.task], **given),
        options.output,
        rows=options.rows,
        datasets_dir=options.datasets_dir,
        device=options.device,
        bf16=options.bf16,
        fresh=options.fresh,
    )
    if facts and options.json:
        _print_json(facts)


def _train_frozen(options: argparse.Namespace, given: dict[str, Any]) -> None:
    """Train a head in seconds and print what came of it."""
    start = time.perf_counter()
    known = {field.name for field in fields(FrozenRecipe)}
    data = {"rows": options.rows, "held_out": given.pop("held_out", None)}
    given |= {name: getattr(options, name) for name in ("loss", "circuit_learning_rate")}
    settings = {name: value for name, value in given.items() if value is not None}
    if "epochs" in settings and settings["epochs"] == settings["epochs"] // 1:
        settings["epochs"] = int(settings["epochs"])
    if surplus := sorted(set(settings) - known):
        raise InputError(f"These have no meaning with --frozen-encoder: {', '.join(surplus)}.")
    head = next(name for name, kind in HEADS.items() if kind == options.head)
    recipe = FrozenRecipe(heads=(head,), **settings)
    choice = DataChoice(
        **_dataset(options.dataset),
        **{name: value for name, value in data.items() if value is not None},
        seed=recipe.seed,
    )
    material = Tuner(options.datasets_dir).material(choice)
    loaded = time.perf_counter()
    report = train_quickly(material, recipe)
    write_head(report.heads[head], material, recipe, options.output)
    facts = {
        "rows": len(material.train),
        "held_out_rows": len(material.held_out),
        "held_out_accuracy": report.heads[head].accuracy.value,
        "seconds": {
            "load": round(loaded - start, 3),
            **{name: round(seconds, 3) for name, seconds in report.seconds.items()},
            "total": round(time.perf_counter() - start, 3),
        },
        "output": str(options.output),
    }
    if options.json:
        _print_json(facts)
    else:
        print(f"held-out accuracy {facts['held_out_accuracy']:.4f}, {options.output}")  # noqa: T201


def _dataset(name: str | None) -> dict[str, Any]:
    """What ``--dataset`` means: a file, a catalogue's key, or a catalogue's Hub id."""
    if name and Path(name).is_file():
        return {"source": None, "own_file": Path(name)}
    keys = {source.dataset: key for key, source in SOURCES.items()}
    if name in SOURCES or name in keys:
        return {"source": keys.get(name, name)}
    raise InputError(
        f"{name or 'No dataset'} is neither a file nor a dataset known here. "
        f"Give --dataset one of {', '.join(SOURCES)}, or a CSV, TSV or JSONL file."
    )


def _add_datasets_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--datasets-dir",
        type=Path,
        default=os.environ.get("QBERT_DATASETS_DIR"),
        metavar="FOLDER",
        help="read datasets from ORG/NAME folders here instead of the Hub "
        "(default: $QBERT_DATASETS_DIR)",
    )


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201
