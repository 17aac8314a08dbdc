"""The tiny Motion-I2V in its official tree, made once, and copies of it that a test may spoil."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

FLOW_UNET = "models/stage1/StableDiffusion-FlowGen/unet/diffusion_pytorch_model.bin"
CONTROLNET = "models/stage1/StableDiffusion-FlowGen/controlnet/controlnet.bin"
FLOW_VAE = "models/stage1/StableDiffusion-FlowGen/vae_flow/diffusion_pytorch_model.bin"
MOTION_BLOCK = "models/stage2/Motion_Module/motion_block.bin"
PICTURE_UNET = "models/stage2/StableDiffusion/unet/diffusion_pytorch_model.bin"
PICTURE_VAE = "models/stage2/StableDiffusion/vae/diffusion_pytorch_model.bin"
TREE_BYTES = 40_000_000  # the tree is to stay small enough for every machine


class Evil:
    """What a hostile pickle holds: loaded carelessly, it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch '{self.path}'",)


def copy_of(tree: Path, to: Path) -> Path:
    """Links: a file that is written anew leaves the original alone."""
    shutil.copytree(tree, to, copy_function=os.link)
    return to


def replace(folder: Path, path: str, content: Any) -> Path:
    """One of the tree's files saved anew by torch."""
    import torch

    (folder / path).unlink()
    torch.save(content, folder / path)
    return folder / path


def load(folder: Path, path: str) -> Any:
    import torch

    return torch.load(folder / path, weights_only=True)
