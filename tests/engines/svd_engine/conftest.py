"""The tiny model, loaded once; nothing here needs weights or a graphics card."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.core.progress import SilentReporter
from mpd_studio.engines.svd.model import SvdModel, load_model


@pytest.fixture(scope="session")
def tiny_model(tiny_svd: Path) -> SvdModel:
    import torch

    torch.set_num_threads(1)
    return load_model(tiny_svd, torch.device("cpu"), torch.float32, SilentReporter())
