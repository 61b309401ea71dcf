"""Whether the Hugging Face Hub answers: asked once, briefly, before anything is fetched."""

from collections.abc import Callable

from httpx2 import HTTPError
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

PROBE_SECONDS = 2.5


def hub_trouble(ask: Callable[[HfApi, float], object]) -> str | None:
    """Ask the Hub something small.

    Args:
        ask: Called with the Hub's client and the longest wait in seconds.

    Returns:
        ``None`` if the Hub answers, else what is wrong, in words for a status line.
    """
    if constants.is_offline_mode():
        return "the Hub is switched off by HF_HUB_OFFLINE"
    try:
        ask(HfApi(), PROBE_SECONDS)
    except HfHubHTTPError as error:
        return f"the Hub refused with status {error.response.status_code}"
    except (HTTPError, OSError, HFValidationError):
        return "the Hub is out of reach"
    return None
