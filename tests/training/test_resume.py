from pathlib import Path

import pytest

from qbert_demo.errors import InputError
from qbert_demo.training.resume import last_state

SETTINGS = {"head": "circuit", "seed": 0, "rows": None}


def add_state(run_dir: Path, step: int, *, whole: bool = True) -> Path:
    state = run_dir / f"checkpoint-{step}"
    state.mkdir(parents=True)
    if whole:
        (state / "trainer_state.json").write_text("{}")
    return state


def test_the_newest_whole_state_is_found_and_a_cut_off_one_dropped(tmp_path: Path) -> None:
    assert last_state(tmp_path, SETTINGS, fresh=False) is None
    add_state(tmp_path, 90)
    newest = add_state(tmp_path, 120)
    cut_off = add_state(tmp_path, 150, whole=False)
    assert last_state(tmp_path, SETTINGS, fresh=False) == str(newest)
    assert not cut_off.exists()


def test_other_settings_are_refused_and_named(tmp_path: Path) -> None:
    last_state(tmp_path, SETTINGS, fresh=False)
    kept = add_state(tmp_path, 90)
    with pytest.raises(InputError, match=r"another seed\. .*--fresh"):
        last_state(tmp_path, SETTINGS | {"seed": 1}, fresh=False)
    assert kept.exists()


def test_a_setting_that_there_was_not_yet_is_no_other_setting(tmp_path: Path) -> None:
    last_state(tmp_path, SETTINGS, fresh=False)
    kept = add_state(tmp_path, 90)
    assert last_state(tmp_path, SETTINGS | {"newer": 1}, fresh=False) == str(kept)
    with pytest.raises(InputError, match=r"another newer\."):
        last_state(tmp_path, SETTINGS | {"newer": 2}, fresh=False)


def test_fresh_starts_over(tmp_path: Path) -> None:
    last_state(tmp_path, SETTINGS, fresh=False)
    add_state(tmp_path, 90)
    assert last_state(tmp_path, SETTINGS | {"seed": 1}, fresh=True) is None
    assert not list(tmp_path.glob("checkpoint-*"))
