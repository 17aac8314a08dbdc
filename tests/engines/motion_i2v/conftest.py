"""What the tests of Motion-I2V share: the golden set, and its three networks, loaded once."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.engines.motion_i2v.golden_set import GoldenSet

if TYPE_CHECKING:
    from torch import Tensor


@pytest.fixture(scope="session")
def golden() -> GoldenSet:
    missing = [name for name in ("torch", "diffusers", "safetensors") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    import torch

    torch.set_num_threads(1)
    return GoldenSet(Path(__file__).resolve().parents[2] / "golden" / "motion_i2v")


@pytest.fixture(scope="session")
def flow_unet(golden: GoldenSet) -> Any:
    return _loaded(golden, "flow_unet")


@pytest.fixture(scope="session")
def controlnet(golden: GoldenSet) -> Any:
    return _loaded(golden, "controlnet")


@pytest.fixture(scope="session")
def stage2_unet(golden: GoldenSet) -> Any:
    return _loaded(golden, "stage2_unet")


@pytest.fixture(scope="session")
def flow_inputs(golden: GoldenSet) -> dict[str, Tensor]:
    """Inputs of stage 1, and its outputs without control."""
    return golden.tensors("flow_unet")


@pytest.fixture(scope="session")
def stage2_inputs(golden: GoldenSet) -> dict[str, Tensor]:
    """Inputs and outputs of stage 2; the motion as float32 under "flow_px"."""
    numbers = golden.tensors("stage2_unet")
    return {**numbers, "flow_px": numbers["flow_px_fp16"].float()}


def _loaded(golden: GoldenSet, kind: str) -> Any:
    from mpd_studio.engines.motion_i2v.checkpoint import load_official

    return load_official(golden.state_dict(kind), kind, **golden.config(kind))


@pytest.fixture(scope="session")
def tiny_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model as `mpd-studio weights make-tiny motion_i2v` makes it. Do not change it."""
    for name in ("torch", "diffusers", "transformers", "safetensors"):
        pytest.importorskip(name, reason=f"the tiny model needs {name}; install mpd-studio[diffusion]")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    folder = tmp_path_factory.mktemp("tiny_motion_i2v") / "tree"
    make_tiny(folder)
    return folder
