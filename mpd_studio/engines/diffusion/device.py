"""Where and how precisely to compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mpd_studio.core.errors import EnvironmentProblem

if TYPE_CHECKING:
    import torch


def choose_device(name: str) -> torch.device:
    """The device of a name: cpu, cuda, cuda:1, mps …; "auto" is a graphics card where there is one.

    Raises:
        EnvironmentProblem: it is not here.
    """
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise EnvironmentProblem(f"'{name}' is no device. Choose auto, cpu, cuda, cuda:1 or mps.") from error
    here = {
        "cpu": lambda: True,
        "cuda": lambda: torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available,
    }
    if not here.get(device.type, lambda: False)():
        raise EnvironmentProblem(f"The device '{name}' is not on this computer. Choose auto, or cpu, which is slow.")
    return device


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """The precision of a name; "auto" is half precision on graphics cards and single elsewhere."""
    import torch

    if name == "auto":
        name = "float32" if device.type == "cpu" else "float16"
    return {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}[name]


def free_bytes(device: torch.device) -> int | None:
    """What a run could have of a graphics card: free bytes, and those that this process holds. None on others.

    A model that was kept from the last run counts as free: it is used again, or makes room before another is loaded.
    Otherwise the second run of a gap would get a smaller plan than the first.
    """
    import torch

    if device.type != "cuda":
        return None
    free, _ = torch.cuda.mem_get_info(device)
    return free + torch.cuda.memory_reserved(device)
