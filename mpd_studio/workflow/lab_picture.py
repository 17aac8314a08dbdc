"""All runs of the lab side by side in time, as one picture: rows are runs, columns are moments of the gap."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import OutputError
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.media.display import display
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.workflow.lab import LabResult, read_ends
from mpd_studio.workflow.lab_report import COLUMNS, with_unit

PICTURE_FILE = "lab.png"
_CELL_PX = 200  # longer side of a cell's picture
_MOST_COLUMNS = 7  # new frames; the ends stand beside them
_GAP_PX, _LINE_PX = 6, 18
_PAPER, _INK, _QUIET = (35, 35, 35), (230, 230, 230), (168, 168, 168)
_SCALE = 0.42
_FIGURES = ("calls", "seconds", "warp_error", "duplicates", "pulse", "sharpness")


def moments(new_frames: int, most: int = _MOST_COLUMNS) -> tuple[int, ...]:
    """Indices (from 0) of the new frames to show: all where they are few, else evenly chosen, first and last too."""
    if new_frames <= most:
        return tuple(range(new_frames))
    return tuple(round(column * (new_frames - 1) / (most - 1)) for column in range(most))


def build_picture(results: Sequence[LabResult]) -> np.ndarray:
    """(height, width, 3) uint8 RGB.

    Raises:
        MediaError: an end or a frame cannot be read any more.
    """
    request = results[0].run.request
    ends = [display(end) for end in read_ends(request)]
    cell = _fitting(Picture(ends[0].copy()).size)
    columns = moments(request.new_frames)
    sheet = _Paper(cell, len(results), len(columns) + 2)
    sheet.head(("first", *(f"{index + 1}" for index in columns), "last"))
    for row, result in enumerate(results):
        sheet.caption(row, f"{result.run.title}: {_figures_text(result)}", _INK)
        if result.result is None:
            continue
        sheet.place(row, 0, ends[0])
        sheet.place(row, len(columns) + 1, ends[1])
        media = probe(Path(result.result.frames.folder) / result.result.frames.pattern, request.rate)
        with FrameReader() as reader:
            for column, index in enumerate(columns, 1):
                sheet.place(row, column, display(reader.read(FrameRef(media, index))))
    return sheet.pixels


def write_picture(path: Path, results: Sequence[LabResult]) -> None:
    """Raises: OutputError: the file system refuses. MediaError: a frame cannot be read any more."""
    import cv2

    pixels = build_picture(results)
    is_written, data = cv2.imencode(".png", np.ascontiguousarray(pixels[:, :, ::-1]))
    if not is_written:
        raise OutputError(f"{path} could not be written. Choose fewer samplers or seeds at once.")
    write_atomically(path, data.tobytes())


def _figures_text(result: LabResult) -> str:
    if result.problem:
        return f"failed. {result.problem}"
    by_id = {column.id: column for column in COLUMNS}
    told = [(by_id[name], with_unit(by_id[name], result)) for name in _FIGURES]
    return ", ".join(f"{column.title} {text}" for column, text in told if text != "–")


def _fitting(size: Size) -> Size:
    scale = min(1.0, _CELL_PX / max(size.width, size.height))
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


class _Paper:
    """Cells in rows, each row under its caption, all under one line of heads."""

    def __init__(self, cell: Size, rows: int, columns: int) -> None:
        self._cell = cell
        self._row_px = _LINE_PX + cell.height + _GAP_PX
        height = _GAP_PX + _LINE_PX + rows * self._row_px
        width = _GAP_PX + columns * (cell.width + _GAP_PX)
        self.pixels = np.full((height, width, 3), _PAPER, np.uint8)

    def head(self, texts: Sequence[str]) -> None:
        for column, text in enumerate(texts):
            self._write(text, self._left(column), _GAP_PX + _LINE_PX - 5, _QUIET)

    def caption(self, row: int, text: str, ink: tuple[int, int, int]) -> None:
        self._write(text, _GAP_PX, self._top(row) - 5, ink)

    def place(self, row: int, column: int, pixels: np.ndarray) -> None:
        import cv2

        target = (self._cell.width, self._cell.height)
        small = cv2.resize(np.ascontiguousarray(pixels), target, interpolation=cv2.INTER_AREA)
        top, left = self._top(row), self._left(column)
        self.pixels[top : top + self._cell.height, left : left + self._cell.width] = small

    def _top(self, row: int) -> int:
        return _GAP_PX + _LINE_PX + row * self._row_px + _LINE_PX

    def _left(self, column: int) -> int:
        return _GAP_PX + column * (self._cell.width + _GAP_PX)

    def _write(self, text: str, left: int, base: int, ink: tuple[int, int, int]) -> None:
        """Only the letters of ASCII: OpenCV's strokes know no others. What is too long is cut."""
        import cv2

        plain = text.replace("×", "x").encode("ascii", "replace").decode()
        room = self.pixels.shape[1] - left - _GAP_PX
        while plain and cv2.getTextSize(plain, cv2.FONT_HERSHEY_SIMPLEX, _SCALE, 1)[0][0] > room:
            plain = plain[:-1]
        cv2.putText(self.pixels, plain, (left, base), cv2.FONT_HERSHEY_SIMPLEX, _SCALE, ink, 1, cv2.LINE_AA)
