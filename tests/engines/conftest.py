"""What the tests of engines share."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tiny_svd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random Stable Video Diffusion."""
    missing = [name for name in ("torch", "diffusers", "transformers") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    from mpd_studio.engines.svd.tiny import make_tiny

    folder = tmp_path_factory.mktemp("svd") / "tiny"
    make_tiny(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_motion_i2v(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny random Motion-I2V in the official tree."""
    missing = [name for name in ("torch", "diffusers", "transformers") if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}; install mpd-studio[diffusion]")
    from mpd_studio.engines.motion_i2v.tiny import make_tiny

    folder = tmp_path_factory.mktemp("motion_i2v") / "tiny"
    make_tiny(folder)
    return folder
