"""A tiny Motion-I2V with random weights, made once, and its two stages."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.motion_i2v.memory_plan import LADDER
from mpd_studio.engines.motion_i2v.stages import Stages


@pytest.fixture(scope="session")
def tiny_stages(tiny_motion_i2v: Path) -> Stages:
    import torch

    stages = Stages(tiny_motion_i2v, torch.device("cpu"), torch.float32, LADDER[0])
    stages.first(SilentReporter())
    return stages


@pytest.fixture(autouse=True)
def one_thread() -> None:
    if find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
