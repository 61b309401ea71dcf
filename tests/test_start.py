"""The app's start: where models and encoder come from, how that is told, and how long it takes."""

import shutil
import threading
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from qbert_demo.checkpoints.registry import RegistryEntry, write_registry
from qbert_demo.errors import CheckpointError
from qbert_demo.model import find_backbone
from qbert_demo.results import Place
from qbert_demo.service import Explorer
from tests import models
from tests.hub import Hub
from tests.hub.faults import Silent, Slow

NAMES = ("sst2-classical", "sst2-hybrid")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    for name, head in zip(NAMES, ("linear", "circuit"), strict=True):
        models.checkpoint(folder / name, head)
    return folder


def publish(hub: Hub, folder: Path, *names: str) -> dict[str, str]:
    """Put some checkpoints on the Hub, and their commits into the registry."""
    shas = {name: hub.add("model", f"org/{name}", folder / name) for name in names}
    entries = [
        RegistryEntry("sst2", name[5:], name.title(), f"org/{name}", shas.get(name), name)
        for name in NAMES
    ]
    write_registry(folder, entries)
    return shas


def test_what_is_published_answers_from_the_hub_and_says_so(hub: Hub, bundle: Path) -> None:
    sha = publish(hub, bundle, "sst2-hybrid")["sst2-hybrid"]
    explorer = Explorer.start(["sst2"], bundle)
    assert explorer.status.startswith("Models: 1 from the Hub, 1 bundled. Encoder: ")
    classical, hybrid, _ = explorer.origins
    assert classical == ("Sst2-Classical", Place(bundle / "sst2-classical", "bundled"))
    link = f"{constants.ENDPOINT}/org/sst2-hybrid/tree/{sha}"
    folder = hybrid[1].folder
    assert hybrid == ("Sst2-Hybrid", Place(folder, f"org/sst2-hybrid @ {sha[:7]}", link))
    predictions = explorer.compare("sst2", "A fine film.").predictions
    assert predictions["hybrid"].card.source == f"org/sst2-hybrid @ {sha[:7]}"
    assert predictions["classical"].card.source == "bundled"
    hub.requests.clear()
    again = Explorer.start(["sst2"], bundle)
    assert again.origins == explorer.origins
    assert hub.requests == []


def test_a_damaged_publication_gives_way_to_the_bundle(hub: Hub, bundle: Path) -> None:
    publish(hub, bundle, *NAMES)
    sha = hub.add("model", "org/sst2-hybrid", {"model.safetensors": b"nonsense"})
    entries = [RegistryEntry("sst2", "hybrid", "Hybrid", "org/sst2-hybrid", sha, "sst2-hybrid")]
    write_registry(bundle, entries)
    explorer = Explorer.start(["sst2"], bundle)
    assert explorer.tasks[0].heads == ("classical", "hybrid")
    assert explorer.compare("sst2", "A fine film.").predictions["hybrid"].card.source == "bundled"
    assert "cannot be used" in explorer.origins[1][1].trouble


def test_a_control_that_falls_back_when_it_is_first_asked_says_so_from_then_on(
    hub: Hub, bundle: Path, tmp_path: Path
) -> None:
    shutil.copytree(bundle / NAMES[0], tmp_path / NAMES[0])
    models.checkpoint(tmp_path / "sst2-control", "bottleneck")
    files = models.files_of(tmp_path / "sst2-control") | {"model.safetensors": b"nonsense"}
    sha = hub.add("model", "org/control", files)
    entry = RegistryEntry("sst2", "control", "Control", "org/control", sha, "sst2-control")
    write_registry(tmp_path, [entry])
    explorer = Explorer.start(["sst2"], tmp_path)
    assert "1 from the Hub" in explorer.status
    answer = explorer.compare("sst2", "A fine film.", ["control"]).predictions["control"]
    assert answer.card.source == "bundled"
    assert "Models: bundled (what the Hub has cannot be used)." in explorer.status


def test_another_model_than_the_registry_says_gives_way_to_the_bundle(
    hub: Hub, bundle: Path, tmp_path: Path
) -> None:
    drinks = {"id2label": {"0": "tea", "1": "coffee"}, "label2id": {"tea": 0, "coffee": 1}}
    shas = [
        hub.add("model", "org/labels", models.files_of(bundle / "sst2-classical", **drinks)),
        hub.add("model", "org/head", bundle / "sst2-classical"),
    ]
    entries = [
        RegistryEntry("sst2", name[5:], name, repo_id, sha, name)
        for name, repo_id, sha in zip(NAMES, ("org/labels", "org/head"), shas, strict=True)
    ]
    write_registry(bundle, entries)
    explorer = Explorer.start(["sst2"], bundle)
    assert [place.words for _, place in explorer.origins[:2]] == [
        "bundled (what the Hub has cannot be used)"
    ] * 2
    write_registry(tmp_path, entries)
    with pytest.raises(CheckpointError) as caught:
        Explorer.start(["sst2"], tmp_path)
    said = str(caught.value)
    assert "has the labels tea, coffee; sst2-classical has the labels negative, positive." in said
    assert "has the head linear; sst2-hybrid has the head circuit." in said


def test_a_publication_without_its_encoder_gives_way_to_the_bundle(
    hub: Hub, bundle: Path, tmp_path: Path
) -> None:
    models.encoder(tmp_path)
    named = {
        "backbone_id": "org/encoder",
        "backbone_revision": hub.add("model", "org/encoder", tmp_path),
        "backbone_sha256": None,
    }
    entries = []
    for name, changes in zip(NAMES, (named, named | {"backbone_revision": "b" * 40}), strict=True):
        files = models.files_of(bundle / name, **changes)
        sha = hub.add("model", f"org/{name}", files)
        entries.append(RegistryEntry("sst2", name[5:], name, f"org/{name}", sha, name))
    write_registry(bundle, entries)
    hub.fault("GET .*org/encoder.*safetensors", Slow(5))
    before = set(threading.enumerate())
    explorer = Explorer.start(["sst2"], bundle)
    assert explorer.compare("sst2", "A fine film.").predictions["hybrid"].card.source == "bundled"
    (_, slow), (_, missing), _ = explorer.origins
    assert "the encoder org/encoder @" in slow.words
    assert slow.words.endswith("and the Hub was too slow)")
    assert "the encoder org/encoder @ bbbbbbb is not in the cache, and the" in missing.words
    for late in set(threading.enumerate()) - before:
        late.join(10)


def test_a_silent_hub_delays_the_start_by_three_seconds_at_most(
    hub: Hub, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(hub, bundle, *NAMES)
    Explorer.start(["sst2"], bundle)
    hub.fault(".", Silent())
    monkeypatch.setattr(find_backbone, "cache", {})
    start = time.monotonic()
    warm = Explorer.start(["sst2"], bundle)
    usual = time.monotonic() - start
    assert "2 from the Hub" in warm.status
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(bundle / "cold"))
    monkeypatch.setattr(find_backbone, "cache", {})
    start = time.monotonic()
    cold = Explorer.start(["sst2"], bundle)
    assert time.monotonic() - start < 3 + usual + 1
    assert cold.status == (
        "Models: bundled (the Hub is out of reach). "
        "Encoder: embedded copy (the Hub is out of reach)."
    )
    probes = [request for request in hub.requests if request.status is None]
    assert len(probes) == 2, "one for each start"
