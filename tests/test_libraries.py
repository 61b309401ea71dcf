"""The undocumented parts of libraries that the program stands on: each is there, and is needed.

A newer version of a library may drop them without a word. Then this file says which is gone and
what it was for; and it says which rows are of no use any more.
"""

import ast
import importlib
import re
from functools import reduce
from importlib.metadata import version

import pytest

from tests.test_project import PROGRAM

UNDOCUMENTED = {
    "captum.attr:IntegratedGradients._attribute": "the points of the way are where they are needed",
    "gradio.routes:App": "limits and tidying begin and end with the server",
    "gradio.server_messages:ProcessCompletedMessage": "whoever waits hears that the app closes",
    "gradio.state_holder:SessionState": "a visitor's session is small",
    "gradio.state_holder:StateHolder.delete_all_expired_state": "a session goes with its visitor",
    "gradio.utils:get_upload_folder": "uploads have a limit and an end",
    "huggingface_hub:constants.ENDPOINT": "links lead to the mirror that is used",
    "huggingface_hub:constants.is_offline_mode": "the Hub is asked for nothing while offline",
    "multiprocessing.context:ForkServerProcess": "a job's child has a type",
    "multiprocessing.forkserver:ensure_running": "the fork server imports before its first child",
    "peft.tuners.lora:LoraLayer": "low-rank updates read their input without a cast",
    "torch:ops.mkldnn._linear_pointwise": "an encoder answers in half the time",
    "torch:ops.mkldnn._reorder_linear_weight": "its weights are laid out once",
    "transformers.activations:ACT2FN": "a config may name these activations",
    "transformers.initialization:no_init_weights": "no weight is drawn that is read anyway",
    "transformers.models.bert.modeling_bert:BertSelfAttention": "its own dropout can be set",
    "transformers.utils.generic:can_return_tuple": "`return_dict=False` gives a tuple",
    "transformers.utils:cached_file": "the weights of a teacher are found, to be hashed",
    "transformers:PreTrainedConfig.sub_configs_defaults": "the encoder's config is within ours",
    "transformers:PreTrainedModel._no_split_modules": "accelerate keeps a layer on one device",
    "transformers:PreTrainedModel._supports_sdpa": "the encoder attends by PyTorch's fused kernel",
    "transformers:Trainer._load_best_model": "the best state is read back as it was saved",
    "transformers:Trainer._load_from_checkpoint": "an interrupted training goes on",
    "transformers:Trainer._save": "a state of a training holds only what is trained",
    "transformers:Trainer._set_signature_columns_if_needed": "a teacher's logits stay in a batch",
}
"""What each is for; drop a row together with its last use."""

DOCUMENTED = {
    "captum.attr",
    "datasets.exceptions",
    "fastapi.exceptions",
    "huggingface_hub.dataclasses",
    "huggingface_hub.errors",
    "huggingface_hub.hf_api",
    "huggingface_hub.utils",
    "huggingface_hub.utils.sha",
    "multiprocessing.connection",
    "numpy.typing",
    "pyarrow.json",
    "pyarrow.parquet",
    "safetensors.numpy",
    "safetensors.torch",
    "scipy.interpolate",
    "scipy.stats",
    "sklearn.decomposition",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.metrics.pairwise",
    "sklearn.model_selection",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "starlette.middleware",
    "starlette.responses",
    "starlette.types",
    "statsmodels.stats.contingency_tables",
    "statsmodels.stats.multitest",
    "statsmodels.stats.proportion",
    "tokenizers.models",
    "tokenizers.normalizers",
    "tokenizers.pre_tokenizers",
    "tokenizers.processors",
    "torch.autograd.function",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.overrides",
    "transformers.modeling_outputs",
    "transformers.utils",
}
"""Parts of packages that their reference names."""
PLAIN = {"collections", "concurrent", "importlib", "qbert_demo", "urllib"}


@pytest.mark.parametrize("part", UNDOCUMENTED)
def test_an_undocumented_part_is_still_there(part: str) -> None:
    module, _, path = part.partition(":")
    library = module.partition(".")[0]
    try:
        reduce(getattr, path.split("."), importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        installed = "" if library == "multiprocessing" else f" {version(library)}"
        pytest.fail(
            f"{library}{installed} has no {part} any more. It was needed so that "
            f"{UNDOCUMENTED[part]}: find another way, or stay below this version ({error})."
        )


@pytest.mark.parametrize("part", UNDOCUMENTED)
def test_an_undocumented_part_is_still_needed(part: str) -> None:
    name = part.rpartition(":")[2].rpartition(".")[2]
    used = [path for path in PROGRAM if re.search(rf"\b{name}\b", path.read_text("utf-8"))]
    assert used, f"Nothing uses {part} any more. Drop its row."


def test_no_other_part_of_a_package_is_imported() -> None:
    known = DOCUMENTED | {part.partition(":")[0] for part in UNDOCUMENTED}
    for path in PROGRAM:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
            else:
                continue
            for module in modules:
                if "." in module and module.partition(".")[0] not in PLAIN:
                    assert module in known, f"{path}: is {module} documented? Give it a row here."
