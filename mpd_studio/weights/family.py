"""The kinds of weights, each with a layout of its own, and how a folder shows which it holds."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

# The hub's repository and a clone of it have the tree inside "models"; a copy of that folder alone will do as well.
_PLACES = ("models", "")
_STAGES = ("stage1", "stage2")


class Family(Enum):
    """The value is the id of the engine that the weights are for."""

    SVD = "svd"
    MOTION_I2V = "motion_i2v"

    @property
    def title(self) -> str:
        return {Family.SVD: "Stable Video Diffusion", Family.MOTION_I2V: "Motion-I2V"}[self]


def family_of(folder: Path) -> Family | None:
    """What the folder's tree looks like, also when it is not whole; None for nothing of any."""
    if any((folder / place / stage).is_dir() for place in _PLACES for stage in _STAGES):
        return Family.MOTION_I2V
    if (folder / "model_index.json").is_file() or any((folder / part).is_dir() for part in ("unet", "vae")):
        return Family.SVD
    return None
