"""Writers of frames: what each can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mpd_studio.core.frames import FrameRate
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter


@dataclass(frozen=True, slots=True)
class ExporterInfo:
    """id: "png", "png16", "prores422hq" …; suffix with its dot; bit_depth of the written file.

    problem: why it cannot be used here (a plug-in that does not load), with what to do; "" when it can.
    """

    id: str
    title: str
    suffix: str
    bit_depth: int
    is_movie: bool
    alpha: bool = False
    is_float: bool = False
    lossless: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class WriteJob:
    """Where and how to write. A sequence becomes folder/NAME_000001.ext …, a movie folder/NAME.ext.

    start_tc: label of the first written frame, for formats that can carry one; None for none.
    """

    folder: Path
    name: str
    rate: FrameRate
    start_tc: str | None = None
    overwrite: bool = False


class Exporter(Protocol):
    """Writes into `….part`, renames when whole, re-probes; on Cancelled or error nothing is left behind.

    Returns the files written, in order.

    Raises:
        OutputError: something stands there already, the disk is full, no permission, or the file read back is wrong.
    """

    @property
    def info(self) -> ExporterInfo: ...

    def write(self, pictures: Iterable[Picture], job: WriteJob, reporter: Reporter) -> tuple[Path, ...]: ...
