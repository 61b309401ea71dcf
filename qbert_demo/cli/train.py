"""The command ``train``: end to end, or only a head in seconds."""

import argparse
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from qbert_demo.cli.common import add_datasets_dir, print_json
from qbert_demo.cli.options import COLUMNS, check_meaning, check_needs
from qbert_demo.config import CHECKPOINTS
from qbert_demo.disk import told
from qbert_demo.errors import InputError
from qbert_demo.service import HEADS, head_of
from qbert_demo.service.commands import (
    RECIPES,
    SOFT_LABELS,
    TASKS,
    Recipe,
    cost_of_training,
    teach_task,
    train_frozen,
    train_task,
)
from qbert_demo.service.training import (
    DATASETS,
    LOSSES,
    PRESETS,
    DataChoice,
    FrozenRecipe,
    HubDataset,
)


def add_train(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--task", choices=TASKS, help="what is learnt end to end")
    parser.add_argument(
        "--head",
        choices=[head.kind for head in HEADS.values()],
        help="needed unless --teacher is given",
    )
    parser.add_argument("--output", type=Path, help="folder of the checkpoint; needed as --head is")
    parser.add_argument(
        "--teacher",
        metavar="FOLDER_OR_ID[@REVISION]",
        help="fine-tune this encoder whole instead, and write its logits for the training rows "
        "to --output, or where `train` finds them",
    )
    parser.add_argument(
        "--soft-labels",
        type=Path,
        metavar="FILE",
        help="a teacher's logits, where the recipe learns from one (default: the task's own)",
    )
    parser.add_argument(
        "--runs",
        type=Path,
        metavar="FILE",
        help="add the scores and the predictions on the reported split to this file",
    )
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
        help=f"{', '.join(DATASETS)}, a Hub id ORG/NAME[@REVISION], or a file",
    )
    for name, help_text in COLUMNS.items():
        quick.add_argument(f"--{name}", metavar="NAME", help=f"{help_text}; guessed if left out")
    quick.add_argument("--loss", choices=LOSSES)
    quick.add_argument("--circuit-learning-rate", type=float)
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        help="; ".join(
            f"{p.name}: {p.title}; other settings given here change it" for p in PRESETS.values()
        ),
    )
    group = parser.add_argument_group("recipe", "defaults are the recipe of the task")
    for field in fields(Recipe):
        name = f"--{field.name.replace('_', '-')}"
        if field.type is bool:
            group.add_argument(name, action=argparse.BooleanOptionalAction, default=None)
        else:
            group.add_argument(name, type=field.type, default=None)
    parser.set_defaults(run=_train)


def add_cost(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("tasks", nargs="+", choices=TASKS, metavar="TASK", help=", ".join(TASKS))
    parser.set_defaults(run=_cost)


def _cost(options: argparse.Namespace) -> None:
    print(cost_of_training(options.tasks, CHECKPOINTS), flush=True)  # noqa: T201


def _train(options: argparse.Namespace) -> None:
    given = {
        field.name: getattr(options, field.name)
        for field in fields(Recipe)
        if getattr(options, field.name) is not None
    }
    check_meaning(options)
    if options.preset is not None:
        preset = PRESETS[options.preset]
        own = preset.frozen if options.frozen_encoder else preset.end_to_end
        given = preset.shared | own | given
        if not options.json:
            print(preset.note, flush=True)  # noqa: T201
    if options.teacher is not None:
        _teach(options, given)
        return
    if options.head is None or options.output is None:
        raise InputError("Name a head with --head and a folder with --output.")
    if options.frozen_encoder:
        _train_frozen(options, given)
        return
    if options.task is None:
        raise InputError("Name a task with --task, or add --frozen-encoder and --dataset.")
    check_needs(options, replace(RECIPES[options.task], **given))
    how = ("rows", "datasets_dir", "device", "bf16", "fresh", "soft_labels", "runs")
    with told(options.output):
        facts = train_task(
            options.task,
            options.head,
            given,
            options.output,
            **{name: getattr(options, name) for name in how},
        )
    if facts and options.json:
        print_json(facts)


def _teach(options: argparse.Namespace, given: dict[str, Any]) -> None:
    """Make a task's soft labels, and tell how far it is and what came of it."""
    if options.task is None:
        raise InputError("Name the task that --teacher is fine-tuned on with --task.")
    output = options.output or SOFT_LABELS / f"{options.task}.safetensors"
    with told(output):
        facts = teach_task(
            options.task,
            options.teacher,
            given,
            output,
            datasets_dir=options.datasets_dir,
            device=options.device,
            bf16=options.bf16,
            fresh=options.fresh,
            told=lambda sentence: print(sentence, flush=True),  # noqa: T201
        )
    if options.json:
        print_json(facts)


def _train_frozen(options: argparse.Namespace, given: dict[str, Any]) -> None:
    """Train a head in seconds and print what came of it."""
    known = {field.name for field in fields(FrozenRecipe)}
    data = {"rows": options.rows, "held_out": given.pop("held_out", None)}
    own = {name: getattr(options, name) for name in ("loss", "circuit_learning_rate")}
    settings = {
        name: value for table in (given, own) for name, value in table.items() if value is not None
    }
    if "epochs" in settings and settings["epochs"] == settings["epochs"] // 1:
        settings["epochs"] = int(settings["epochs"])
    if surplus := sorted(set(settings) - known):
        raise InputError(f"These have no meaning with --frozen-encoder: {', '.join(surplus)}.")
    recipe = FrozenRecipe(heads=(head_of(options.head).name,), **settings)
    choice = DataChoice(
        **_dataset(options),
        **{name: value for name, value in data.items() if value is not None},
        seed=recipe.seed,
    )
    with told(options.output):
        facts = train_frozen(choice, recipe, options.output, options.datasets_dir)
    if options.json:
        print_json(facts)
    else:
        for sentence in facts["notes"]:
            print(sentence)  # noqa: T201
        print(f"held-out accuracy {facts['held_out_accuracy']:.4f}, {options.output}")  # noqa: T201


def _dataset(options: argparse.Namespace) -> dict[str, Any]:
    """What ``--dataset`` means: a file, a catalogue's key or Hub id, or any other Hub id."""
    name = options.dataset or ""
    given = {part: getattr(options, part) or "" for part in ("config", "split")}
    columns = {part: getattr(options, f"{part}_column") or "" for part in ("text", "label")}
    if name and Path(name).is_file():
        if surplus := [f"--{part}" for part, value in given.items() if value]:
            raise InputError(f"These have no meaning with a file: {', '.join(surplus)}.")
        return {"source": None, "own_file": Path(name), "own_columns": tuple(columns.values())}
    given |= columns
    keys = {source.repo_id: key for key, source in DATASETS.items()}
    if (name in DATASETS or name in keys) and not any(given.values()):
        return {"source": keys.get(name, name)}
    dataset, _, revision = name.partition("@")
    if "/" in dataset:
        return {"source": None, "hub": HubDataset(dataset, **given, revision=revision, token=None)}
    raise InputError(
        f"{name or 'No dataset'} is neither a file nor a dataset known here. Give --dataset one "
        f"of {', '.join(DATASETS)}, a Hub id such as org/name, or a CSV, TSV or JSONL file."
    )
