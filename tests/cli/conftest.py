"""What the tests of the command line work on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpd_studio.core.frames import FrameRange
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.project_file import write_project
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track
from mpd_studio.media.probe import probe
from tests.workflow.moving_pictures import RATE, SIZE, clip, still


@pytest.fixture
def stills(tmp_path: Path) -> tuple[Path, Path]:
    return still(tmp_path / "first ü.png"), still(tmp_path / "last.png", 6)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    media = probe(clip(tmp_path / "a.mkv"))
    items = (Clip(ClipId("a"), media, FrameRange(0, 4)), Gap(GapId("g"), 4), Clip(ClipId("b"), media, FrameRange(8, 4)))
    write_project(
        tmp_path / "film.mpdproj", Timeline("T", RATE, SIZE, start=86400, tracks=(Track("V1", items),), media=(media,))
    )
    return tmp_path / "film.mpdproj"
