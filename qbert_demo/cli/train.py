"""The command ``train``: end to end, or only a head in seconds."""

import argparse
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from qbert_demo.cli.common import add_datasets_dir, print_json
from qbert_demo.config import HEAD_OF, HEADS
from qbert_demo.errors import InputError
from qbert_demo.service.commands import RECIPES, TASKS, Recipe, find_task, train, train_head
from qbert_demo.service.terms import LOSSES, SOURCES, Another, DataChoice, FrozenRecipe

COLUMNS = {
    "config": "configuration of a Hub id",
    "split": "its split",
    "text-column": "its column of the text",
    "label-column": "its column of the class",
}


def add_train(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--task", choices=TASKS, help="what is learnt end to end")
    parser.add_argument("--head", choices=HEADS.values(), required=True)
    parser.add_argument("--output", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--rows", type=int, help="train on so many rows only")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--bf16", action=argparse.BooleanOptionalAction, default=None)
    parser.add_argument("--fresh", action="store_true", help="do not resume an interrupted run")
    parser.add_argument("--json", action="store_true", help="print training.json at the end")
    add_datasets_dir(parser)
    quick = parser.add_argument_group("in seconds", "train only the head, on a frozen encoder")
    quick.add_argument("--frozen-encoder", action="store_true")
    quick.add_argument(
        "--dataset",
        metavar="ID_OR_FILE",
        help=f"{', '.join(SOURCES)}, a Hub id ORG/NAME[@REVISION], or a file",
    )
    for name, help_text in COLUMNS.items():
        quick.add_argument(f"--{name}", metavar="NAME", help=f"{help_text}; guessed if left out")
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
        print_json(facts)


def _train_frozen(options: argparse.Namespace, given: dict[str, Any]) -> None:
    """Train a head in seconds and print what came of it."""
    known = {field.name for field in fields(FrozenRecipe)}
    data = {"rows": options.rows, "held_out": given.pop("held_out", None)}
    given |= {name: getattr(options, name) for name in ("loss", "circuit_learning_rate")}
    settings = {name: value for name, value in given.items() if value is not None}
    if "epochs" in settings and settings["epochs"] == settings["epochs"] // 1:
        settings["epochs"] = int(settings["epochs"])
    if surplus := sorted(set(settings) - known):
        raise InputError(f"These have no meaning with --frozen-encoder: {', '.join(surplus)}.")
    recipe = FrozenRecipe(heads=(HEAD_OF[options.head],), **settings)
    choice = DataChoice(
        **_dataset(options),
        **{name: value for name, value in data.items() if value is not None},
        seed=recipe.seed,
    )
    facts = train_head(choice, recipe, options.output, options.datasets_dir)
    if options.json:
        print_json(facts)
    else:
        print(f"held-out accuracy {facts['held_out_accuracy']:.4f}, {options.output}")  # noqa: T201


def _dataset(options: argparse.Namespace) -> dict[str, Any]:
    """What ``--dataset`` means: a file, a catalogue's key or Hub id, or any other Hub id."""
    name = options.dataset or ""
    if name and Path(name).is_file():
        return {"source": None, "own_file": Path(name)}
    given = {part: getattr(options, part) or "" for part in ("config", "split")}
    given |= {part: getattr(options, f"{part}_column") or "" for part in ("text", "label")}
    keys = {source.dataset: key for key, source in SOURCES.items()}
    if (name in SOURCES or name in keys) and not any(given.values()):
        return {"source": keys.get(name, name)}
    dataset, _, revision = name.partition("@")
    if "/" in dataset:
        return {"source": None, "another": Another(dataset, **given, revision=revision, token=None)}
    raise InputError(
        f"{name or 'No dataset'} is neither a file nor a dataset known here. Give --dataset one "
        f"of {', '.join(SOURCES)}, a Hub id such as org/name, or a CSV, TSV or JSONL file."
    )
