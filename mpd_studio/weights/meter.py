"""Bytes counted towards a total, reported in megabytes."""

from __future__ import annotations

from mpd_studio.core.progress import Progress, Reporter

_MEGABYTE = 10**6


class Meter:
    """Called with each number of bytes done; raises Cancelled when the user has stopped the work."""

    def __init__(self, reporter: Reporter, stage: str, total: int) -> None:
        self._reporter = reporter
        self._stage = f"{stage}, MB"
        self._total = total
        self._shown = -1
        self.done = 0

    def __call__(self, count: int) -> None:
        self.done += count
        shown = min(self.done, self._total) // _MEGABYTE
        if shown == self._shown:
            self._reporter.raise_if_cancelled()
            return
        self._shown = shown
        self._reporter.report(Progress(self._stage, shown, -(-self._total // _MEGABYTE)))
