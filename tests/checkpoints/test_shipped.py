"""Cache, Hub, bundle: the order, the calls it takes, and the time."""

import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from qbert_demo.checkpoints.registry import RegistryEntry, write_registry
from qbert_demo.checkpoints.shipped import Checkpoint, find_checkpoints
from qbert_demo.hub.files import SHIPPED, Repo, cached
from qbert_demo.hub.waiting import Patience
from qbert_demo.model.heads import HEADS
from qbert_demo.results import Place
from tests.hub import Hub
from tests.hub.faults import Silent, Slow, Status, WrongBytes

FILES = {name: f"the {name} of the Hub".encode() for name in SHIPPED}
KEYS = [("sst2", head) for head in HEADS]


@pytest.fixture
def published(hub: Hub, tmp_path: Path) -> Path:
    """A checkpoints folder with bundled copies; classical and hybrid are on the Hub."""
    entries = []
    for task, head in KEYS:
        sha = hub.add("model", f"org/{task}-{head}", FILES) if head != "control" else None
        name = f"{task}-{head}"
        (tmp_path / name).mkdir()
        entries.append(RegistryEntry(task, head, f"The {head}", f"org/{name}", sha, name))
    write_registry(tmp_path, entries)
    return tmp_path


def find(folder: Path, seconds: float = 3.0) -> dict[tuple[str, str], Place]:
    found, lost = find_checkpoints(folder, ["sst2"], Patience(seconds))
    assert lost == []
    assert list(found) == KEYS
    return {key: checkpoint.place for key, checkpoint in found.items()}


def test_the_hub_comes_before_the_bundle_and_the_cache_before_the_hub(
    hub: Hub, published: Path
) -> None:
    first = find(published)
    sha = hub.commits("model", "org/sst2-hybrid")[-1]
    hybrid = first["sst2", "hybrid"]
    assert hybrid.source == f"org/sst2-hybrid @ {sha[:7]}"
    assert hybrid.link == f"{constants.ENDPOINT}/org/sst2-hybrid/tree/{sha}"
    assert {p.name: p.read_bytes() for p in hybrid.folder.iterdir()} == FILES
    assert first["sst2", "control"] == Place(published / "sst2-control", "bundled")
    assert "control" not in "".join(request.path for request in hub.requests)
    hub.requests.clear()
    assert find(published) == first
    assert hub.requests == []


def test_nothing_published_means_no_call(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "sst2-hybrid").mkdir()
    found, _ = find_checkpoints(tmp_path, ["sst2", "ag_news"], Patience(3))
    bundled = Checkpoint("sst2-hybrid", Place(tmp_path / "sst2-hybrid", "bundled"))
    assert found == {("sst2", "hybrid"): bundled}
    assert hub.requests == []


def test_a_warm_and_a_cold_cache_without_the_hub(
    hub: Hub, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = find(published)["sst2", "hybrid"]
    hub.add("model", "org/sst2-classical", {"config.json": b"newer"})
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    hub.requests.clear()
    assert find(published)["sst2", "hybrid"] == warm
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(published / "empty"))
    cold = find(published)["sst2", "hybrid"]
    assert cold.folder == published / "sst2-hybrid"
    assert cold.source == "bundled"
    assert cold.trouble == "the Hub is switched off here (HF_HUB_OFFLINE)"
    assert hub.requests == []


@pytest.mark.parametrize(
    ("pattern", "fault", "trouble"),
    [
        ("GET /api", Silent(), "out of reach"),
        ("HEAD", Silent(), "too slow"),
        ("GET .*safetensors", Slow(5), "too slow"),
        ("GET .*safetensors", WrongBytes(), "arrived damaged"),
        (".", Status(500), "refused with status 500"),
        ("HEAD", Status(404), "has no org/sst2-hybrid"),
    ],
)
def test_trouble_with_the_hub_is_bounded_and_said(
    hub: Hub, published: Path, pattern: str, fault: Silent, trouble: str
) -> None:
    hub.fault(pattern, fault)
    start = time.monotonic()
    hybrid = find(published, 0.7)["sst2", "hybrid"]
    assert time.monotonic() - start < 1.5
    assert hybrid.folder == published / "sst2-hybrid"
    assert trouble in hybrid.trouble
    sha = hub.commits("model", "org/sst2-hybrid")[-1]
    assert cached(Repo("model", "org/sst2-hybrid", sha), SHIPPED) is None


def test_one_slow_download_does_not_hold_back_the_others(hub: Hub, published: Path) -> None:
    hub.fault("GET .*sst2-classical/.*safetensors", Slow(8))
    places = find(published, 3.0)
    assert places["sst2", "classical"].trouble == "the Hub was too slow"
    assert places["sst2", "hybrid"].link


def test_a_damaged_cache_is_mended(hub: Hub, published: Path) -> None:
    weights = find(published)["sst2", "hybrid"].folder / "model.safetensors"
    weights.write_bytes(b"the model.safetensors of a thief")
    hybrid = find(published)["sst2", "hybrid"]
    assert (hybrid.folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]


def test_without_a_bundle_and_a_hub_a_checkpoint_is_left_out(hub: Hub, published: Path) -> None:
    (published / "sst2-hybrid").rmdir()
    (published / "sst2-control").rmdir()
    hub.fault(".", Status(500))
    places, lost = find_checkpoints(published, ["sst2"], Patience(3))
    assert list(places) == [("sst2", "classical")]
    assert lost == [
        "Left out sst2-hybrid: the Hub refused with status 500.",
        "Left out sst2-control: its folder is missing.",
    ]
