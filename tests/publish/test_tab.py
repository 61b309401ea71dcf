"""What "Push to the Hub" in the Fine-tune tab says and does."""

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from qbert_demo.ui.finetune.downloads import download
from qbert_demo.ui.finetune.push import push
from qbert_demo.ui.finetune.session import Session
from tests.hub import Hub
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN
from tests.ui.test_compare import text_of


def test_a_push_is_said_with_a_link_and_the_token_box_is_emptied(
    hub: Hub, session: Session
) -> None:
    first, last = push(session, "hybrid", "org/mine", False, f" {TOKEN}\n")
    assert first[0] == "<p>Pushing …</p>"
    sha = hub.commits("model", "org/mine")[-1]
    assert text_of(last[0]) == f"Pushed to org/mine @ {sha[:7]} ."
    assert f'href="{constants.ENDPOINT}/org/mine/tree/{sha}"' in last[0]
    assert last[1] == ""
    assert not hub.repositories["model", "org/mine"].private
    assert set(hub.files("model", "org/mine")) == {
        ".gitattributes", "README.md", "config.json", "model.safetensors", "tokenizer.json",
        "tokenizer_config.json", "training.json",
    }  # fmt: skip


@pytest.mark.parametrize("private", [True, None, "false", 0])
def test_it_is_private_unless_that_is_unticked(hub: Hub, session: Session, private: Any) -> None:
    list(push(session, "hybrid", "tester/mine", private, TOKEN))
    assert hub.repositories["model", "tester/mine"].private


@pytest.mark.parametrize(
    ("head", "repo_id", "token", "words"),
    [
        ("control", "org/mine", TOKEN, "Train this head first"),
        (["hybrid"], "org/mine", TOKEN, "Train this head first"),
        ("hybrid", "<img src=x>/mine", TOKEN, "owner/name"),
        ("hybrid", None, TOKEN, "owner/name"),
        ("hybrid", "org/mine", {"a": 1}, "A token of yours"),
        ("hybrid", "org/mine", STRANGERS_TOKEN, "may not write to org"),
        ("hybrid", "org/other", TOKEN, "holds something else"),
    ],
)
def test_what_cannot_be_pushed_is_said(
    hub: Hub, session: Session, head: Any, repo_id: Any, token: Any, words: str
) -> None:
    hub.add("model", "org/other", {"model.bin": b"something else"})
    *_, (said, box) = push(session, head, repo_id, False, token)
    assert words in text_of(said)
    assert "<img" not in said
    assert "value" not in box, "what was typed stays"
    assert list(hub.repositories) == [("model", "org/other")]


def test_before_a_training_there_is_nothing_to_push(hub: Hub) -> None:
    for session in (None, Session()):
        ((said, _),) = push(session, "hybrid", "org/mine", True, TOKEN)
        assert "nothing to push yet" in text_of(said)
    assert hub.requests == []


@pytest.fixture
def largest_file() -> Iterator[Any]:
    """Sets the most bytes that a file may have, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [None, 100, 2000])
def test_without_room_for_temporary_files_it_is_said_where_to_make_some(
    hub: Hub,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    largest_file: Any,
    size: int | None,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path if size else tmp_path / "missing"))
    if size:
        largest_file(size)
    *_, (pushed, _) = push(session, "hybrid", "org/mine", False, TOKEN)
    downloaded, link = download("hybrid", session)
    assert text_of(pushed) == text_of(downloaded)
    assert "Make room there, or set TMPDIR elsewhere" in text_of(pushed)
    assert (link, hub.repositories) == (None, {})
    assert list(tmp_path.glob("qbert-*")) == []
