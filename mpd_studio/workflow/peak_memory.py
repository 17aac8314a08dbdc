"""How much main memory a piece of work needed at most, beyond what the process held when it began."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class PeakMemory:
    """The growth of the process's peak resident memory since this object was made.

    Linux can forget an earlier peak, so that the figure is of this work alone. Elsewhere the peak is of the whole
    process so far: work that stays below an earlier peak shows a growth of 0.
    """

    def __init__(self) -> None:
        _forget_peak()
        self._at_start = _resident_bytes() or _peak_bytes()

    def grown_bytes(self) -> int | None:
        """None where the system does not tell (Windows)."""
        peak = _peak_bytes()
        if peak is None or self._at_start is None:
            return None
        return max(0, peak - self._at_start)


def _forget_peak() -> None:
    try:
        _FORGET.write_text("5")  # proc(5): resets the peak resident size, and nothing else
    except OSError:
        return


def _resident_bytes() -> int | None:
    return _status_bytes("VmRSS")


def _peak_bytes() -> int | None:
    told = _status_bytes("VmHWM")
    if told is not None or sys.platform == "win32":
        return told
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _status_bytes(name: str) -> int | None:
    """A line of /proc/self/status, which counts in KiB; None where there is none."""
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), None)
