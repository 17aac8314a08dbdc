"""One writer a project: a lock file beside it that dies with its process."""

from __future__ import annotations

import socket
from pathlib import Path

from PySide6.QtCore import QLockFile

from mpd_studio.core.errors import ProjectError


class ProjectLock:
    """Held from acquire() to release(). A lock left by a killed process is taken over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = QLockFile(str(path))
        # Never stale by age; a holder that no longer runs is found by its process id.
        self._file.setStaleLockTime(0)

    def acquire(self) -> None:
        """Raises: ProjectError: another process has it, or the folder refuses; the message says which."""
        if self._file.tryLock(0):
            return
        project = self.path.name.removesuffix(".lock")
        if self._file.error() is QLockFile.LockError.LockFailedError:
            raise ProjectError(f"{project} is open in another window{self._holder()}.")
        raise ProjectError(f"The folder of {project} cannot be written.")

    def release(self) -> None:
        self._file.unlock()

    def _holder(self) -> str:
        info = self._file.getLockInfo()
        if not isinstance(info, tuple) or len(info) < 3:
            return ""
        pid, host = info[0], info[1]
        where = "" if host == socket.gethostname() else f" on {host}"
        return f" (process {pid}{where})"


class ProjectLocks:
    """The locks this process holds, by the lock file's path."""

    def __init__(self) -> None:
        self._held: dict[Path, ProjectLock] = {}

    def acquire(self, path: Path) -> None:
        """Hold a lock; one that is held already stays held.

        Raises:
            ProjectError: another process has it, or the folder refuses.
        """
        if path not in self._held:
            lock = ProjectLock(path)
            lock.acquire()
            self._held[path] = lock

    def holds(self, path: Path) -> bool:
        return path in self._held

    def is_free(self, path: Path) -> bool:
        """Neither we nor another living process hold it."""
        if path in self._held:
            return False
        lock = ProjectLock(path)
        try:
            lock.acquire()
        except ProjectError:
            return False
        lock.release()
        return True

    def release(self, path: Path) -> None:
        lock = self._held.pop(path, None)
        if lock is not None:
            lock.release()

    def release_all(self) -> None:
        for path in tuple(self._held):
            self.release(path)
