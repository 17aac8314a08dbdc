"""A wait that keeps a graphics card fed without losing touch with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def one_call_ahead(device: torch.device) -> Callable[[], None]:
    """A wait, to be called at every call of a network, for the call before the last one.

    Graphics cards are fed without waiting; unchecked, all of a run's calls are handed over within seconds, and neither
    progress nor cancelling would mean anything.
    """
    import torch

    if device.type != "cuda":
        return lambda: None
    handed_over: list[torch.cuda.Event] = []

    def wait() -> None:
        event = torch.cuda.Event()
        event.record(torch.cuda.current_stream(device))
        handed_over.append(event)
        if len(handed_over) > 1:
            handed_over.pop(0).synchronize()

    return wait
