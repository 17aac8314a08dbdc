"""Costly work on the disk, as tensors, from the moment it is done until the gap's frames are safe.

One folder a request, one file a piece of work. Nothing here ever ends a run: what cannot be written costs a warning,
what cannot be read is done again.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import OutputError
from mpd_studio.core.figures import Figure

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)

MAX_AGE_S = 14 * 24 * 3600
MAX_BYTES = 1 << 30  # some 280 clips of Stable Video Diffusion, 25 frames at 1024 × 576
_ANY_PLAN = "auto"


class SavedWork:
    """What is kept of one request. Used by one lane."""

    def __init__(self, root: Path, request: str, memory: str, unit: tuple[str, str]) -> None:
        """request: its print, which names the folder. memory: the memory plan asked for. unit: one piece, and several,
        in words.
        """
        self._root, self._folder = root, root / request[:32]
        self._memory, self._unit = memory, unit
        self._has_any = False
        self._taken_over = 0
        self._problem = ""

    @property
    def has_any(self) -> bool:
        """Whether a piece was kept, or found, by this object."""
        return self._has_any

    def find(self, name: str, wanted: str) -> Tensor | None:
        """A piece of work, in main memory, or None. wanted: its print.

        A memory plan that is named is a promise how the work is done, so another plan's is not taken for it. The plan
        "auto" promises nothing and takes any: it rounds a little otherwise.
        """
        path = self.file(name)
        try:
            work, problem = _read(path, wanted, self._memory)
        except FileNotFoundError:
            return None
        if work is None:
            log.info("%s is not used (%s); it is made again.", path, problem)
            return None
        self._has_any = True
        self._taken_over += 1
        return work

    def keep(self, name: str, own_print: str, plan: str, work: Tensor) -> None:
        """work: contiguous, in main memory. plan: the memory plan it was done under."""
        from safetensors.torch import save

        told = {"print": own_print, "plan": plan, "sha256": _checksum(work)}
        sweep(self._root, spared=self._folder)
        try:
            write_atomically(self.file(name), save({"work": work}, told))
        except OutputError as error:
            log.warning("Should this run break off, it has to start anew: %s", error)
            self._problem = str(error)
            return
        self._has_any = True

    @property
    def figures(self) -> tuple[Figure, ...]:
        """taken-over: pieces that an earlier run had done. not-kept: why one could not be kept."""
        told: list[Figure] = []
        if self._taken_over:
            one, several = self._unit
            pieces = f"1 {one}" if self._taken_over == 1 else f"{self._taken_over} {several}"
            told.append(Figure("taken-over", f"{pieces} taken over from a run that broke off", (self._taken_over,)))
        if self._problem:
            told.append(Figure("not-kept", f"unfinished work could not be kept: {self._problem}"))
        return tuple(told)

    def forget(self) -> None:
        """The frames are safe."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._has_any = False

    def file(self, name: str) -> Path:
        return self._folder / f"{name}.safetensors"


def sweep(root: Path, *, spared: Path, max_age_s: float = MAX_AGE_S, max_bytes: int = MAX_BYTES) -> None:
    """Remove what nobody came back for: requests older than max_age_s, then the oldest until max_bytes are left."""
    now = time.time()
    left = max_bytes
    for changed_s, folder in sorted(_kept_in(root), reverse=True):
        if folder == spared:
            continue
        left -= _bytes_in(folder)
        if left < 0 or now - changed_s > max_age_s:
            shutil.rmtree(folder, ignore_errors=True)


def _kept_in(root: Path) -> list[tuple[float, Path]]:
    """Each request's folder, with the time when something was last kept in it."""
    try:
        return [(folder.stat().st_mtime, folder) for folder in root.iterdir() if folder.is_dir()]
    except OSError:  # none was made yet, it may not be read, or another run has just removed one
        return []


def _bytes_in(folder: Path) -> int:
    try:
        return sum(file.stat().st_size for file in folder.iterdir())
    except OSError:
        return 0


def _read(path: Path, wanted: str, memory: str) -> tuple[Tensor | None, str]:
    """The work, or what is wrong with the file. Raises: FileNotFoundError."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            told = file.metadata() or {}
            if told.get("print") != wanted:
                return None, "it belongs to another request"
            if memory not in (_ANY_PLAN, told.get("plan")):
                return None, f"it was made under the memory plan '{told.get('plan')}'"
            work = file.get_tensor("work")
    except FileNotFoundError:
        raise
    except (OSError, SafetensorError) as error:
        return None, f"it cannot be read: {error}"
    if _checksum(work) != told.get("sha256"):
        return None, "it is damaged"
    return work, ""


def _checksum(work: Tensor) -> str:
    return hashlib.sha256(work.contiguous().numpy().data).hexdigest()
