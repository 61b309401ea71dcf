"""What was chosen for a training, as the tables of a model card say it."""

from typing import Any

CHOSEN = {
    "dataset": "dataset",
    "config": "configuration",
    "split": "split",
    "revision": "commit",
    "text": "column of the text",
    "label": "column of the class",
    "rows": "rows to train on, wanted",
    "held_out": "rows held out, wanted",
    "balanced": "classes taken equally",
    "seed": "seed of the choice",
}
"""How a visitor's choice of rows reads."""


def settings_tables(facts: dict[str, Any]) -> str:
    """Write what has to be chosen to train a head of the Fine-tune tab again.

    Args:
        facts: What `qbert_demo.training.trained_head` writes into ``training.json``; older ones do
            not say how the rows were chosen.
    """
    data = facts["data"]
    chosen = data.get("chosen", {})
    known = {name: chosen[key] for key, name in CHOSEN.items() if chosen.get(key, "") != ""}
    settings = {f"`{name}`": value for name, value in facts["recipe"].items()}
    rows = _table("data", {"origin": data["origin"], **known})
    return f"{rows}\n\n{_table('setting', settings)}"


def _table(title: str, values: dict[str, Any]) -> str:
    rows = [f"| {name} | {_cell(value)} |" for name, value in values.items()]
    return "\n".join((f"| {title} | |", "|---|---|", *rows))


def _cell(value: Any) -> str:
    """Write a value as code, for strangers may have named it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(value) if isinstance(value, list | tuple) else str(value)
    literal = " ".join(text.split()).replace("|", "\\|").replace("`", "'")
    return f"`{literal}`"
