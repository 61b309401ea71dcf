"""The command line: ``python -m qbert_demo COMMAND``.

It reads options, asks the service, and prints. Of the package it imports besides results, circuit,
errors, config, settings and ranges.
"""

import argparse
import sys
from collections.abc import Sequence

from qbert_demo.circuit.export import to_pennylane, to_qasm2, to_qasm3, to_text
from qbert_demo.cli.common import parted, print_json
from qbert_demo.cli.evaluate import add_evaluate
from qbert_demo.cli.explain import add_explain
from qbert_demo.cli.judge import add_judge
from qbert_demo.cli.publish import add_cards, add_publish
from qbert_demo.cli.train import add_cost, add_train
from qbert_demo.errors import CheckpointError, InputError, QBertError
from qbert_demo.service import Explorer
from qbert_demo.service.commands import TASKS
from qbert_demo.service.plain_json import circuit_json, comparison_json, prediction_json

DEFAULT_TASK = "sst2"
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
    add_explain(commands.add_parser("explain", help="say which words an answer came from"))
    _add_circuit(commands.add_parser("circuit", help="show what the circuit does to one text"))
    add_evaluate(commands.add_parser("evaluate", help="score checkpoints on labelled rows"))
    add_train(commands.add_parser("train", help="fine-tune a checkpoint end to end"))
    add_judge(commands.add_parser("judge", help="does the circuit help? what is it doing?"))
    add_cost(commands.add_parser("cost", help="tell how long training all heads of a task takes"))
    add_publish(commands.add_parser("publish", help="bring the shipped checkpoints to the Hub"))
    add_cards(commands.add_parser("cards", help="write the shipped checkpoints' model cards anew"))
    return parser


def _add_predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--task", choices=TASKS, help=f"{DEFAULT_TASK} if left out")
    parser.add_argument(
        "--checkpoint",
        metavar="FOLDER_OR_HUB_ID[@REVISION]",
        help="predict with this checkpoint alone",
    )
    parser.set_defaults(run=_predict)


def _predict(options: argparse.Namespace) -> None:
    if options.checkpoint is None:
        task = options.task or DEFAULT_TASK
        explorer = Explorer.start([task])
        heads = explorer.task(task).heads
        result = comparison_json(explorer.compare(task, options.text, heads))
        answer = {"task": result["task"], "text": result["text"], "models": result["models"]}
    else:
        if options.task is not None:
            raise InputError("A --checkpoint knows its task. Leave --task out.")
        source, revision = parted(options.checkpoint)
        prediction = Explorer.predict_with(source, revision, options.text)
        models = {prediction.card.head: prediction_json(prediction)}
        answer = {"task": None, "text": options.text, "models": models}
    print_json(answer)


def _add_circuit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--task", choices=TASKS, default=DEFAULT_TASK)
    parser.add_argument("--format", choices=("json", *EXPORTS), default="text")
    parser.set_defaults(run=_circuit)


def _circuit(options: argparse.Namespace) -> None:
    explorer = Explorer.start([options.task])
    comparison = explorer.compare(options.task, options.text, ["hybrid"])
    circuit = comparison.predictions["hybrid"].circuit
    if circuit is None:
        raise CheckpointError(f"The hybrid checkpoint of {options.task} has no circuit.")
    if options.format == "json":
        print_json(circuit_json(circuit.gates, circuit.n_qubits))
    else:
        print(EXPORTS[options.format](circuit.gates, circuit.n_qubits), end="")  # noqa: T201
