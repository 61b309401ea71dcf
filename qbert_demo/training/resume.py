"""What an interrupted run left behind, and whether it can go on.

A run's states lie in a folder of their own with the settings they were made with. States of
other settings are refused, and a state that was cut off while it was written is dropped. Several
processes of one run may look at the same time.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from qbert_demo.checkpoints.recipes import alike
from qbert_demo.errors import InputError

SETTINGS = "settings.json"


def last_state(run_dir: Path, settings: dict[str, Any], *, fresh: bool) -> str | None:
    """Prepare a run's folder and find the state to go on from.

    Args:
        run_dir: Folder of the run's states; it is made if it is not there.
        settings: Everything that must be the same for the states to be of use, as JSON values.
        fresh: Drop what is there and start over.

    Returns:
        Path of the newest whole state, or ``None`` to start from the beginning.

    Raises:
        InputError: If the folder holds states of other settings.
    """
    if fresh:
        shutil.rmtree(run_dir, ignore_errors=True)
    path = run_dir / SETTINGS
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if not alike(known, settings):
        names = ", ".join(k for k in settings if known.get(k, settings[k]) != settings[k])
        raise InputError(
            f"{run_dir} holds an interrupted run with another {names}. "
            "Repeat its settings to go on, or add --fresh to start over."
        )
    run_dir.mkdir(parents=True, exist_ok=True)
    draft = run_dir / f"{SETTINGS}.{os.getpid()}"
    draft.write_text(json.dumps(settings), encoding="utf-8")
    draft.replace(path)
    states = []
    for state in run_dir.glob("checkpoint-*"):
        if (state / "trainer_state.json").is_file():
            states.append(state)
        else:
            shutil.rmtree(state, ignore_errors=True)
    return str(max(states, key=lambda state: int(state.name.split("-")[1]))) if states else None
