"""One file from the hub to its place: resumed, checked against its hash, and put there only when it is right."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mpd_studio.core.atomic_file import advice, sync_folder
from mpd_studio.core.errors import EnvironmentProblem, OutputError
from mpd_studio.core.progress import Reporter
from mpd_studio.weights.checksum import Checksum
from mpd_studio.weights.hub import ConnectionTrouble, Hub, HubFile, Listing
from mpd_studio.weights.layout import PART_SUFFIX
from mpd_studio.weights.patience import Patience

KEPT = "What has been downloaded is kept; the same command goes on from there."


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way.

    on_bytes hears of each piece that is new on this disk, and of a negative count when some had to be thrown away;
    it may raise to stop. What had come when the download ends early lies beside the target as .part.
    """

    hub: Hub
    listing: Listing
    file: HubFile
    target: Path
    reporter: Reporter
    on_bytes: Callable[[int], None]
    patience: Patience

    def run(self) -> Checksum:
        """The checksum of the file, which then lies at its target.

        Raises: EnvironmentProblem, BadInput, OutputError, Cancelled.
        """
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            checksum = self._receive_right_file()
            os.replace(part_of(self.target), self.target)
            sync_folder(self.target.parent)
        except OSError as error:
            raise OutputError(
                f"{self.target} could not be written: {error.strerror or error}. {advice(error)} {KEPT}"
            ) from error
        return checksum

    def _receive_right_file(self) -> Checksum:
        for _ in range(2):
            checksum = self._receive_whole_file()
            if checksum.count == self.file.size and checksum.agrees(self.file.sha256, self.file.blob_id):
                return checksum
            # Nothing of it can be trusted. Once more from the start, then it is the source's fault.
            part = part_of(self.target)
            self.on_bytes(-part.stat().st_size)
            part.unlink()
        raise EnvironmentProblem(
            f"What arrives as {self.file.path} of {self.listing.repo} is not what its list of files promises (another "
            "hash), twice. It was not kept; the other files were. Try again later, or from another network."
        )

    def _receive_whole_file(self) -> Checksum:
        """Try until all of it is there, or too much, as long as something comes."""
        part = part_of(self.target)
        checksum = Checksum(self.file.size, with_blob=self.file.blob_id is not None)
        with part.open("r+b" if part.exists() else "w+b") as out:
            checksum.feed_file(part, lambda count: self.reporter.raise_if_cancelled())
            out.seek(0, os.SEEK_END)
            failures = 0
            while checksum.count < self.file.size:
                before = checksum.count
                try:
                    self._receive(out, checksum)
                    if checksum.count < self.file.size:
                        raise ConnectionTrouble(f"It ended after {checksum.count} of {self.file.size} bytes.")
                except ConnectionTrouble as error:
                    failures = 1 if checksum.count > before else failures + 1
                    if failures >= self.patience.tries:
                        raise EnvironmentProblem(
                            f"{self.file.path} of {self.listing.repo} does not arrive. {error} {KEPT}"
                        ) from error
                    self.patience.pause(failures, self.reporter)
            out.flush()
            os.fsync(out.fileno())
        return checksum

    def _receive(self, out: BinaryIO, checksum: Checksum) -> None:
        """One answer's worth of bytes; no more than one piece beyond the file's size."""
        commit, path = self.listing.commit, self.file.path
        with self.hub.open(self.listing.repo, commit, path, checksum.count, self.reporter) as answer:
            if answer.start != checksum.count:  # the server would not resume
                self.on_bytes(-checksum.count)
                out.seek(0)
                out.truncate()
                checksum.restart()
            for piece in answer.pieces:
                out.write(piece)
                checksum.feed(piece)
                self.on_bytes(len(piece))
                if checksum.count > self.file.size:
                    return


def part_of(target: Path) -> Path:
    return target.with_name(target.name + PART_SUFFIX)
