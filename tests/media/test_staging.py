"""Nothing half-written is left, and nothing that stands is lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from barcode_clips import number_in
from exported_pictures import (
    COUNT,
    IDS,
    NTSC,
    job_in,
    pattern_of,
    pictures,
)

from mpd_studio.core.errors import Cancelled, OutputError, UnsupportedRequest
from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Progress, Reporter, SilentReporter
from mpd_studio.media.exporters import open_exporter
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader


class _StopsAt(Reporter):
    """Cancels when so many reports have come."""

    def __init__(self, reports: int) -> None:
        self.left = reports

    def report(self, progress: Progress) -> None:
        self.raise_if_cancelled()
        self.left -= 1

    def raise_if_cancelled(self) -> None:
        if self.left == 0:
            raise Cancelled


@pytest.mark.parametrize("exporter_id", ["png", "exr", "ffv1", "h264"])
@pytest.mark.parametrize("reports", [0, 3, COUNT])
def test_cancelling_leaves_nothing(exporter_id: str, reports: int, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        open_exporter(exporter_id).write(pictures(exporter_id), job_in(tmp_path / "made"), _StopsAt(reports))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exporter_id", ["png", "ffv1"])
def test_a_failing_source_leaves_nothing(exporter_id: str, tmp_path: Path) -> None:
    def broken() -> Iterator[Picture]:
        yield from pictures(exporter_id)[:3]
        raise UnsupportedRequest("the engine stopped")

    with pytest.raises(UnsupportedRequest, match="the engine stopped"):
        open_exporter(exporter_id).write(broken(), job_in(tmp_path), SilentReporter())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exporter_id", ["png", "prores4444"])
def test_no_pictures_is_an_error(exporter_id: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no pictures"):
        open_exporter(exporter_id).write([], job_in(tmp_path), SilentReporter())


@pytest.mark.parametrize("exporter_id", ["png", "ffv1"])
def test_standing_files_are_replaced_only_when_allowed_and_only_by_whole_ones(exporter_id: str, tmp_path: Path) -> None:
    exporter = open_exporter(exporter_id)
    exporter.write(pictures(exporter_id), job_in(tmp_path), SilentReporter())
    bystander = tmp_path / "notes.txt"
    bystander.write_text("mine")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(OutputError, match=r"already\. Choose another name, or allow overwriting"):
        exporter.write(pictures(exporter_id)[:2], job_in(tmp_path), SilentReporter())
    with pytest.raises(Cancelled):
        exporter.write(pictures(exporter_id)[:4], job_in(tmp_path, overwrite=True), _StopsAt(5))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    written = exporter.write(pictures(exporter_id)[3:5], job_in(tmp_path, overwrite=True), SilentReporter())
    assert set(tmp_path.iterdir()) == {*written, bystander}
    with FrameReader() as reader:
        assert number_in(reader.read(FrameRef(probe(pattern_of(written), NTSC), 0)).pixels) == 3


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a%d", "x:y", " x"])
def test_names_that_are_none_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be a file name"):
        open_exporter("png").write(pictures("png"), WriteJob(tmp_path, name, NTSC), SilentReporter())


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="could not be written"):
        open_exporter("png").write(pictures("png"), job_in(tmp_path / "file" / "deeper"), SilentReporter())


_FULL_DISK = """
import resource, signal, sys
from fractions import Fraction
from pathlib import Path
import numpy as np
from mpd_studio.core.errors import OutputError
from mpd_studio.core.exchange import WriteJob
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.media.exporters import open_exporter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
noise = np.random.default_rng(0).random((160, 320, 3))
pixels = noise.astype(np.float16) if sys.argv[1] == "exr" else (noise * 255).astype(np.uint8)
try:
    job = WriteJob(Path(sys.argv[2]), "shot", Fraction(24))
    open_exporter(sys.argv[1]).write([Picture(pixels)] * 4, job, SilentReporter())
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files")
@pytest.mark.parametrize("exporter_id", IDS)
def test_a_full_disk_is_an_error_and_leaves_nothing(exporter_id: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, exporter_id, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "could not be written" in done.stdout or "read back" in done.stdout
    assert list(tmp_path.iterdir()) == []
