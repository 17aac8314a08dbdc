"""What forecasts of diffusion models have in common: where a run will compute, and whether its memory may be enough.

Nothing heavy is loaded for it, and torch is not imported.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from mpd_studio.core.figures import Figure
from mpd_studio.engines.diffusion.machine_memory import (
    free_main_memory,
    held_by_torch,
    torch_knows_cards,
    visible_cards,
)
from mpd_studio.weights.store import WeightsFolder

GB = 1_000_000_000  # as cards and disks are sold
_APPLE = "Apple's graphics"


@dataclass(frozen=True, slots=True)
class Where:
    """The device of a run. title: in words. free: bytes; None when nobody tells. is_card: an NVIDIA graphics card."""

    title: str
    free: int | None
    is_card: bool

    @property
    def free_of_card(self) -> int | None:
        """What memory plans are chosen by; None where no card is used."""
        return self.free if self.is_card else None

    def itemsize(self, dtype: str) -> int:
        """Bytes of a number in a precision, "auto" among them."""
        if dtype == "auto":
            return 2 if self.is_card or self.title == _APPLE else 4
        return 4 if dtype == "float32" else 2


def where_of(device: str) -> Where:
    """As choose_device of device.py will choose it. Apple's graphics share the main memory."""
    cards = visible_cards() if device in ("auto", "cuda") or device.startswith("cuda:") else ()
    if device == "mps" or (device == "auto" and (sys.platform, platform.machine()) == ("darwin", "arm64")):
        return Where(_APPLE, free_main_memory(), False)
    if device == "cpu" or (device == "auto" and not (cards and torch_knows_cards())):
        return Where("the processor", free_main_memory(), False)
    number = device.partition(":")[2]
    at = int(number) if number.isdecimal() else 0
    if at < len(cards):
        return Where(cards[at].name, cards[at].free + held_by_torch(at), True)
    return Where(f"the device '{device}'", None, True)


def memory_figure(needed: int, plan: str, where: Where, may_step_down: bool) -> Figure:
    """What a run needs beside what is free. values: bytes needed, and free ones where they are known.

    may_step_down: whether a plan that spares more would be taken if it were not named.
    """
    kind = "graphics memory" if where.is_card else "memory"
    free = "" if where.free is None else f", {gigabytes_text(where.free)} free"
    text = f"needs about {gigabytes_text(needed)} of {kind}{free}; plan '{plan}' on {where.title}"
    values = (needed,) if where.free is None else (needed, where.free)
    if where.free is None or needed <= where.free:
        return Figure("memory", text, values)
    advice = "close other programs, or choose a smaller size"
    if where.is_card and may_step_down:
        advice = "choose the memory plan 'auto', or close other programs"
    return Figure("memory", text, values, f"it may not fit; {advice}")


def weights_figure(weights: WeightsFolder) -> Figure:
    places = {"models": "in the program's models folder", "cache": "in the hub's cache"}
    place = places.get(weights.origin.value, f"in {weights.path}")
    return Figure("weights", f"weights: {weights.name}, {place}")


def gigabytes_text(count: int) -> str:
    """ "9.4 GB"; below a tenth of that "40 MB"."""
    return f"{count / GB:.1f} GB" if count >= GB / 10 else f"{max(1, round(count / 1e6))} MB"
