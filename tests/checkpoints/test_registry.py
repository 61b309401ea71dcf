import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from qbert_demo.checkpoints.registry import FILE, RegistryEntry, read_registry, write_registry
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import TASKS
from qbert_demo.errors import CheckpointError
from qbert_demo.model.heads import HEADS

ENTRY = RegistryEntry("sst2", "hybrid", "Sentiment", "org/sst2-hybrid", "a" * 40, "sst2-hybrid")


def test_what_ships_is_listed_and_lies_where_the_list_says() -> None:
    entries = read_registry(CHECKPOINTS)
    tasks = {entry.task for entry in entries}
    assert tasks <= set(TASKS)
    assert {(e.task, e.head) for e in entries} == {(t, h) for t in tasks for h in HEADS}
    assert all((CHECKPOINTS / entry.folder / "config.json").is_file() for entry in entries)


def test_reading_gives_back_what_was_written_byte_for_byte(tmp_path: Path) -> None:
    other = replace(ENTRY, head="control", repo_id="org/sst2-control", title="Größe")
    entries = (ENTRY, replace(other, revision=None))
    write_registry(tmp_path, entries)
    before = (tmp_path / FILE).read_bytes()
    assert read_registry(tmp_path) == entries
    write_registry(tmp_path, read_registry(tmp_path))
    assert (tmp_path / FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_the_shipped_list_is_formatted_as_it_is_written(tmp_path: Path) -> None:
    write_registry(tmp_path, read_registry(CHECKPOINTS))
    assert (tmp_path / FILE).read_bytes() == (CHECKPOINTS / FILE).read_bytes()


def test_a_folder_without_a_list_has_no_entries(tmp_path: Path) -> None:
    assert read_registry(tmp_path) == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"head": "magic"}, "head must be one of"),
        ({"task": "../sst2"}, "task must be"),
        ({"folder": "../elsewhere"}, "folder must be"),
        ({"folder": 3}, "folder must be a string"),
        ({"title": " "}, "title must not be empty"),
        ({"revision": "main"}, "full commit sha"),
        ({"revision": "A" * 40}, "full commit sha"),
        ({"repo_id": "a/b/c"}, "repo_id must be"),
        ({"surplus": 1}, "must have exactly"),
    ],
)
def test_a_broken_entry_is_named(tmp_path: Path, change: dict[str, Any], rule: str) -> None:
    (tmp_path / FILE).write_text(json.dumps([asdict(ENTRY), asdict(ENTRY) | change]))
    with pytest.raises(CheckpointError, match=f"entry 2.*{rule}"):
        read_registry(tmp_path)


@pytest.mark.parametrize("text", ["{", "{}", "\ud800", "[[]]"])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(CheckpointError, match=FILE):
        read_registry(tmp_path)


def test_the_same_checkpoint_twice_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    write_registry(tmp_path, [ENTRY])
    with pytest.raises(CheckpointError, match="two of sst2-hybrid"):
        write_registry(tmp_path, [ENTRY, ENTRY])
    assert read_registry(tmp_path) == (ENTRY,)


@pytest.mark.parametrize("repo_id", ["other/sst2-hybrid", "sst2-hybrid", "org/SST2-hybrid"])
def test_two_checkpoints_cannot_be_published_into_one_repository(
    tmp_path: Path, repo_id: str
) -> None:
    entries = [ENTRY, replace(ENTRY, head="control", repo_id=repo_id)]
    (tmp_path / FILE).write_text(json.dumps([asdict(entry) for entry in entries]))
    with pytest.raises(CheckpointError, match="entry 2: .* repository is called"):
        read_registry(tmp_path)
    with pytest.raises(CheckpointError, match="Rename one"):
        write_registry(tmp_path, entries)
