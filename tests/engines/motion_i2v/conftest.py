"""What the tests of Motion-I2V share: the golden set, read without a network."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.engines.motion_i2v.golden_set import GoldenSet


@pytest.fixture(scope="session")
def golden() -> GoldenSet:
    missing = [name for name in ("torch", "diffusers", "safetensors") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    import torch

    torch.set_num_threads(1)
    return GoldenSet(Path(__file__).resolve().parents[2] / "golden" / "motion_i2v")
