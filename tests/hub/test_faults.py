import hashlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.utils import httpx

from tests.hub import Hub, serving
from tests.hub.faults import CutOff, Fault, Silent, Slow, Status, WrongBytes, WrongSize
from tests.hub.fixtures import TOKEN, hub_environment

WEIGHTS = bytes(range(256)) * 500
FILE = "model.safetensors"
DOWNLOAD = rf"GET .*{FILE}"


@pytest.fixture
def sha(hub: Hub) -> str:
    return hub.add("model", "org/name", {FILE: WEIGHTS})


def blobs() -> list[Path]:
    return [path for path in Path(constants.HF_HUB_CACHE).rglob("blobs/*") if path.is_file()]


@pytest.mark.usefixtures("sha")
@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_status_strikes_as_often_as_planned(hub: Hub, status: int) -> None:
    hub.fault("GET /api/models/org/name", Status(status), times=1)
    hub.fault("GET /api/models/org/other", Slow(60))
    with pytest.raises(HfHubHTTPError) as caught:
        HfApi().model_info("org/name")
    assert caught.value.response.status_code == status == hub.requests[-1].status
    HfApi().model_info("org/name")


@pytest.mark.usefixtures("sha")
@pytest.mark.parametrize("fault", [Slow(0.3), Silent()])
def test_a_late_answer_runs_into_the_callers_timeout(hub: Hub, fault: Fault) -> None:
    hub.fault("/api/models/", fault)
    with pytest.raises(httpx.ReadTimeout):
        HfApi().model_info("org/name", timeout=0.1)
    assert hub.requests[-1].status is None
    hub.clear_faults()
    assert HfApi().model_info("org/name", timeout=0.1).id == "org/name"


def test_a_slow_answer_is_right(hub: Hub, sha: str) -> None:
    hub.fault("/api/models/", Slow(0.2))
    start = time.monotonic()
    assert HfApi().model_info("org/name").sha == sha
    assert time.monotonic() - start >= 0.2


def test_a_silent_hub_hangs_up_when_it_ends() -> None:
    hub = Hub()
    hub.fault("", Silent())
    with ThreadPoolExecutor() as pool:
        with serving(hub) as url:
            waiting = pool.submit(httpx.get, url, timeout=10)
            while not hub.requests:
                time.sleep(0.01)
        ended = time.monotonic()
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            waiting.result()
    assert time.monotonic() - ended < 2
    assert hub.requests[0].status is None


@pytest.mark.usefixtures("sha")
def test_a_download_that_is_cut_off_once_is_begun_again(hub: Hub) -> None:
    hub.fault(DOWNLOAD, CutOff(0.25), times=1)
    assert Path(hf_hub_download("org/name", FILE)).read_bytes() == WEIGHTS
    asked = [request.range for request in hub.requests if request.method == "GET"]
    assert asked == [None, None]


@pytest.mark.usefixtures("sha")
def test_a_download_that_is_cut_off_for_good_leaves_no_file(hub: Hub) -> None:
    hub.fault(DOWNLOAD, CutOff(), times=1)
    hub.fault(DOWNLOAD, Status(500))
    with pytest.raises(HfHubHTTPError):
        hf_hub_download("org/name", FILE)
    assert try_to_load_from_cache("org/name", FILE) is None
    assert blobs() == []


@pytest.mark.usefixtures("sha")
def test_the_client_notices_a_wrong_size(hub: Hub) -> None:
    hub.fault(DOWNLOAD, WrongSize(10))
    with pytest.raises(OSError, match="should be of size 128000 but has size 127990"):
        hf_hub_download("org/name", FILE)
    assert blobs() == []


@pytest.mark.usefixtures("sha")
def test_the_client_does_not_notice_wrong_bytes(hub: Hub) -> None:
    hub.fault(DOWNLOAD, WrongBytes())
    path = Path(hf_hub_download("org/name", FILE))
    assert path.stat().st_size == len(WEIGHTS)
    assert path.resolve().name == hashlib.sha256(WEIGHTS).hexdigest()
    assert hashlib.sha256(path.read_bytes()).hexdigest() != path.resolve().name


def test_an_address_without_a_hub_refuses(online: str) -> None:
    with pytest.raises(httpx.ConnectError):
        HfApi().model_info("org/name")
    assert online == constants.ENDPOINT


def test_tests_without_a_hub_stay_offline() -> None:
    with pytest.raises(OfflineModeIsEnabled):
        HfApi().model_info("org/name")
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_another_process_is_sent_to_a_hub_by_its_environment(tmp_path: Path) -> None:
    hub = Hub({TOKEN: "tester"}, {"org": ["tester"]})
    hub.add("model", "org/name", {FILE: WEIGHTS}, private=True)
    code = "import huggingface_hub as h; print(h.snapshot_download('org/name'))"
    with serving(hub) as url:
        environment = hub_environment(url, tmp_path, HF_TOKEN=TOKEN)
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
    folder = Path(done.stdout.strip())
    assert folder.is_relative_to(tmp_path), done.stderr
    assert (folder / FILE).read_bytes() == WEIGHTS
    assert {request.authorization for request in hub.requests} == {"tester"}
