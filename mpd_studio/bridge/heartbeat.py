"""A claim that beats by itself while its owner works: an engine may load for longer than a claim may be silent."""

from __future__ import annotations

import threading
from types import TracebackType

from mpd_studio.bridge.claim import BEAT_S, Claim
from mpd_studio.bridge.problem import BridgeProblem


class Heartbeat:
    """Beats while the block runs. problem: why it could not, once that happened; the owner then has to stop."""

    def __init__(self, claim: Claim, every_s: float = BEAT_S) -> None:
        self._claim = claim
        self._every_s = every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self.problem: BridgeProblem | None = None

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self._claim.beat()
            except BridgeProblem as problem:
                self.problem = problem
                return
