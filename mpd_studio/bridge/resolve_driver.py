"""What the studio asks of a running DaVinci Resolve Studio: its state, the gap at its playhead, to place a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpd_studio.bridge.host_files import HostKind, assemble
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.bridge.resolve_child import TIME_LIMIT_S, ask_resolve

MODES = ("auto", "source", "as_seen")


class ResolveDriver:
    """Asks by a child process. folder: of ours, where its program is put; jobs: the jobs folder.

    tick, of each method, is called ten times a second and may raise to stop.
    """

    def __init__(self, folder: Path, jobs: Path, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._folder = folder
        self._jobs = jobs
        self._time_limit_s = time_limit_s

    def status(self, tick: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """The part `host` of a request: edition, version, project, timeline. Raises: BridgeProblem."""
        return dict(self._asked(("status",), tick)["host"])

    def send(self, mode: str = "auto", tick: Callable[[], None] = lambda: None) -> tuple[tuple[str, str], ...]:
        """Let Resolve send the gap at its playhead. mode: one of MODES.

        Returns:
            (job id, sentence about it) of each gap.

        Raises:
            BridgeProblem: why it was not sent.
        """
        sent = self._asked(("send", str(self._jobs), mode), tick)["sent"]
        return tuple((Path(one["job"]).name, str(one["message"])) for one in sent)

    def place(
        self, job_id: str, *, force: bool = False, save: bool = False, tick: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Let Resolve place the newest result of a job. Returns: what was read back. Raises: BridgeProblem."""
        wishes = tuple(word for word, is_wished in (("force", force), ("save", save)) if is_wished)
        return dict(self._asked(("place", str(self._jobs / job_id), *wishes), tick)["placed"])

    def _asked(self, words: tuple[str, ...], tick: Callable[[], None]) -> dict[str, Any]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._jobs.mkdir(parents=True, exist_ok=True)
        addon = assemble(HostKind.RESOLVE, self._folder, self._jobs)
        answer = ask_resolve(words, addon, time_limit_s=self._time_limit_s, tick=tick)
        if answer.is_ok:
            return dict(answer.document)
        known = answer.code in ErrorCode.__members__
        raise BridgeProblem(ErrorCode(answer.code) if known else ErrorCode.BAD_MESSAGE, answer.message)
