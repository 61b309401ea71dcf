"""What the genuine client raises, in words; and that no wait is longer than it may be."""

import errno
import resource
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants
from safetensors import SafetensorError
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import Repo, fetch, look
from qbert_demo.hub.waiting import Patience, within
from qbert_demo.hub.words import HUB_ERRORS, hub_sentence
from qbert_demo.model.checkpoint import locate
from tests.hub import Hub
from tests.hub.faults import CutOff, Fault, Silent, Status, WrongBytes, WrongSize
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN

FILES = {"config.json": b"{}", "model.safetensors": bytes(range(256)) * 400}


def sentence(work: Callable[[], object]) -> str:
    with pytest.raises(CheckpointError) as caught:
        work()
    text = str(caught.value)
    assert "http" not in text.lower().replace("hf_hub", "")
    assert text.endswith(".")
    return text


def test_what_is_there_is_listed_at_its_commit(hub: Hub) -> None:
    sha = hub.add("model", "org/name", FILES)
    found = look("model", "org/name", None, False)
    assert (found.repo_id, found.sha) == ("org/name", sha)
    assert found.sizes == {name: len(data) for name, data in FILES.items()}
    assert found.source == f"org/name @ {sha[:7]}"
    assert found.link == f"{constants.ENDPOINT}/org/name/tree/{sha}"
    assert len(hub.requests) == 1


@pytest.mark.parametrize(
    ("repo", "revision", "token", "words"),
    [
        ("org/nothing", None, False, "The Hub has no org/nothing, or it is private"),
        ("org/private", None, False, "or it is private"),
        ("org/private", None, STRANGERS_TOKEN, "or it is private"),
        ("org/name", "v9", False, "no such revision of org/name"),
        ("org/name", "\ud800", False, "'\\ud800' is no revision of org/name. Name a branch"),
        ("org/name", "a\x00b", False, "'a\\x00b' is no revision of org/name"),
        ("org/name", "a b", False, "'a b' is no revision of org/name"),
        ("org/name", "x" * 301, False, "xxx is no revision of org/name"),
        ("org/name", "größer/1.0", False, "no such revision of org/name"),
        ("org/name", None, "hf_nobodys", "does not accept the token"),
        ("a/b/c", None, False, "a/b/c is no Hub id"),
        ("a b", None, False, "a b is no Hub id"),
        ("../../etc", None, False, "is no Hub id"),
    ],
)
def test_refusals(hub: Hub, repo: str, revision: str | None, token: str, words: str) -> None:
    hub.add("model", "org/name", FILES)
    hub.add("model", "org/private", FILES, private=True)
    assert words in sentence(lambda: look("model", repo, revision, token))


def test_a_gate_is_a_gate_until_a_token_opens_it(hub: Hub) -> None:
    sha = hub.add("model", "org/gated", FILES, gated=True)
    for token in (False, STRANGERS_TOKEN):
        said = sentence(partial(fetch, Repo("model", "org/gated", sha), FILES, token=token))
        assert "Ask for access on its Hub page" in said
    folder = fetch(Repo("model", "org/gated", sha), FILES, token=TOKEN)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not accept the token"),
        (403, "does not allow org/name with this token"),
        (404, "has no org/name"),
        (418, "status 418"),
        (429, "Try in a minute"),
        (500, "status 500"),
        (503, "status 503"),
    ],
)
def test_statuses_are_told_at_once(hub: Hub, status: int, words: str) -> None:
    hub.add("model", "org/name", FILES)
    listed = look("model", "org/name", None, False)
    for pattern, work in (
        ("HEAD", lambda: fetch(listed, FILES, token=False)),
        ("GET /api", lambda: look("model", "org/name", None, False)),
    ):
        hub.fault(pattern, Status(status))
        start = time.monotonic()
        assert words in sentence(work)
        assert time.monotonic() - start < 1
        hub.clear_faults()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (WrongBytes(7), "arrived damaged"),
        (WrongSize(), "wrong size"),
    ],
)
@pytest.mark.parametrize("name", list(FILES))
def test_what_arrives_wrong_is_not_kept(hub: Hub, fault: Fault, words: str, name: str) -> None:
    files = FILES | {"config.json": b'{"a": "a longer file"}'}
    sha = hub.add("model", "org/name", files)
    hub.fault(f"GET .*{name}", fault)
    assert words in sentence(lambda: fetch(Repo("model", "org/name", sha), files, token=False))
    kept = [path for path in Path(constants.HF_HUB_CACHE).rglob("*") if path.is_file()]
    assert name not in {path.name for path in kept}
    assert files[name] not in {path.read_bytes() for path in kept}
    assert not [path for path in kept if path.name.endswith(".incomplete")]
    hub.clear_faults()
    folder = fetch(Repo("model", "org/name", sha), files, token=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


def test_a_connection_that_is_cut_is_taken_up_again(hub: Hub) -> None:
    sha = hub.add("model", "org/name", FILES)
    hub.fault("GET .*safetensors", CutOff(0.5), times=1)
    folder = fetch(Repo("model", "org/name", sha), FILES, token=False)
    assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert [r.method for r in hub.requests if "safetensors" in r.path] == ["HEAD", "GET", "GET"]


def test_a_connection_that_is_always_cut_ends_within_the_bound(hub: Hub) -> None:
    sha = hub.add("model", "org/name", FILES)
    hub.fault("GET .*safetensors", CutOff(0.0))
    before = set(threading.enumerate())
    start = time.monotonic()
    with pytest.raises(TimeoutError) as caught:
        within(0.5, lambda: fetch(Repo("model", "org/name", sha), FILES, token=False))
    assert time.monotonic() - start < 1
    assert hub_sentence(caught.value, "org/name") == (
        "The Hub did not deliver org/name in time. Try again later."
    )
    hub.clear_faults()
    for late in set(threading.enumerate()) - before:
        late.join(10)


def test_a_silent_hub_is_given_up(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbert_demo.hub.files.PROBE_SECONDS", 0.2)
    hub.fault(".", Silent())
    start = time.monotonic()
    assert "in time" in sentence(lambda: look("model", "org/name", None, False))
    monkeypatch.setattr("qbert_demo.hub.waiting.PROBE_SECONDS", 0.2)
    assert Patience(3).trouble("org/name", None) == "the Hub is out of reach"
    assert time.monotonic() - start < 1.5


def test_no_network(online: str) -> None:
    assert "connection to the Hub failed" in sentence(
        lambda: look("model", "org/name", None, False)
    )
    assert Patience(3).trouble("a", None) == "the Hub is out of reach"


def test_a_name_that_no_server_has(online: str) -> None:
    api = HfApi(endpoint="http://hub.invalid")
    with pytest.raises(HUB_ERRORS) as caught:
        api.model_info("org/name", timeout=2, token=False)
    assert "name cannot be looked up" in hub_sentence(caught.value, "org/name")


def test_a_login_page_in_the_way(hub: Hub) -> None:
    hub.add("model", "org/name", FILES)
    hub.fault("GET /api", WrongBytes(0))
    assert "login page" in sentence(lambda: look("model", "org/name", None, False))


def test_switched_off(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    said = sentence(lambda: fetch(Repo("model", "org/name", "a" * 40), FILES, token=False))
    assert "switched off here (HF_HUB_OFFLINE)" in said
    assert sentence(lambda: look("model", "org/name", None, False)) == (
        "The Hub is switched off here (HF_HUB_OFFLINE), so it is not asked for org/name. Choose "
        "something that is here."
    )
    assert hub.requests == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no room on the disk for org/name"),
        (OSError(errno.EROFS, "Read-only file system"), "cache cannot be written"),
        (PermissionError(errno.EACCES, "Permission denied"), "Set HF_HOME elsewhere"),
        (SafetensorError("header too large"), "weights of org/name are damaged"),
        (ConnectionResetError(104, "reset"), "connection to the Hub failed"),
        (RuntimeError("client is closed"), "RuntimeError"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), "failed (UnicodeEncodeError)"),
    ],
)
def test_what_this_machine_has_to_do_with_it(error: Exception, words: str) -> None:
    said = hub_sentence(error, "org/name")
    assert words in said
    assert str(error) not in said


def test_a_full_disk_leaves_nothing_behind(hub: Hub) -> None:
    sha = hub.add("model", "org/name", FILES)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    try:
        said = sentence(lambda: fetch(Repo("model", "org/name", sha), FILES, token=False))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "no room on the disk" in said
    kept = [path for path in Path(constants.HF_HUB_CACHE).rglob("*") if path.is_file()]
    assert all(path.stat().st_size < 200 for path in kept)
    folder = fetch(Repo("model", "org/name", sha), FILES, token=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_what_is_damaged_and_cannot_be_deleted_is_not_said_to_be_deleted(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = hub.add("model", "org/name", FILES)
    folder = fetch(Repo("model", "org/name", sha), FILES, token=False)
    (folder / "config.json").resolve().write_bytes(b"[]")

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    with monkeypatch.context() as read_only:
        read_only.setattr(Path, "unlink", refuse)
        for work in (
            lambda: fetch(Repo("model", "org/name", sha), FILES, token=False),
            lambda: locate("org/name", sha),
        ):
            assert "It cannot be deleted. Set HF_HOME to a folder" in sentence(work)
    assert "It was deleted. Try again." in sentence(lambda: locate("org/name", sha))
    assert (
        fetch(Repo("model", "org/name", sha), FILES, token=False) / "config.json"
    ).read_bytes() == b"{}"


def test_a_cache_that_cannot_be_written(hub: Hub) -> None:
    sha = hub.add("model", "org/name", FILES)
    in_the_way = Path(constants.HF_HUB_CACHE)
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.write_text("no folder")
    assert "Set HF_HOME" in sentence(
        lambda: fetch(Repo("model", "org/name", sha), FILES, token=False)
    )


def test_work_that_fails_in_time_fails_as_it_did() -> None:
    with pytest.raises(KeyError, match="mine"):
        within(1, lambda: {}["mine"])
    with pytest.raises(TimeoutError, match="^inner$"):
        within(1, lambda: (_ for _ in ()).throw(TimeoutError("inner")))
    assert within(1, lambda: 7) == 7


def test_what_is_no_exception_arrives_as_one() -> None:
    tokenizer = Tokenizer(WordLevel({"a": 0}, "a"))
    tokenizer.pre_tokenizer = pre_tokenizers.FixedLength(0)
    with pytest.raises(RuntimeError, match="PanicException") as caught:
        within(1, lambda: tokenizer.encode("a"))
    assert not isinstance(caught.value.__cause__, Exception)


def test_one_probe_is_enough_for_all(hub: Hub) -> None:
    patience = Patience(3)
    assert patience.trouble("org/missing", None) is None
    assert patience.trouble("org/other", None) is None
    assert len(hub.requests) == 1
    hub.fault(".", Status(500))
    assert Patience(3).trouble("org/missing", None) == "the Hub refused with status 500"
