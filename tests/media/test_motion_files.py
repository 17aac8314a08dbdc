"""A clip's motion in every format it is exchanged in, and EXR's channels as compositing programs read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mpd_studio.core.errors import BadInput, OutputError
from mpd_studio.media.motion_files import ENDINGS, read_motion, write_motion
from mpd_studio.motion.clip_motion import ClipMotion, clip_motion


@pytest.fixture
def motion() -> ClipMotion:
    px = np.random.default_rng(0).normal(0, 30, (3, 5, 7, 2)).astype(np.float32)
    px[1, 2, 3] = np.nan
    return clip_motion(px)


@pytest.mark.parametrize("ending", [*ENDINGS, ".EXR"])
@pytest.mark.parametrize("frames", [1, 3])
def test_every_format_gives_the_motion_back(tmp_path: Path, motion: ClipMotion, ending: str, frames: int) -> None:
    part = clip_motion(motion.px[:frames])
    files = write_motion(tmp_path / f"new/m{ending}", part)
    assert len(files) == (1 if ending == ".npz" else frames)
    found = read_motion(files[0])
    assert np.array_equal(found.px, part.px, equal_nan=True)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [file.name for file in files]


def test_exr_counts_up_and_names_its_channels(tmp_path: Path) -> None:
    import OpenEXR

    write_motion(tmp_path / "m.exr", clip_motion(np.broadcast_to(np.array([3, -2], np.float32), (1, 2, 4, 2))))
    with OpenEXR.File(str(tmp_path / "m.exr"), separate_channels=True) as opened:
        channels = opened.channels()
        assert sorted(channels) == ["forward.u", "forward.v"]
        assert (np.array(channels["forward.u"].pixels) == 3).all()
        assert (np.array(channels["forward.v"].pixels) == 2).all()  # 2 pixels up on the screen
        assert channels["forward.u"].pixels.dtype == np.float32


def test_half_float_of_another_program_is_read(tmp_path: Path) -> None:
    import OpenEXR

    half = np.full((2, 3), 1.5, np.float16)
    more = {"forward.u": half, "forward.v": half, "R": half, "G": half, "B": half}
    OpenEXR.File({"type": OpenEXR.scanlineimage}, more).write(str(tmp_path / "m.exr"))
    assert read_motion(tmp_path / "m.exr").px[0, 1, 2].tolist() == [1.5, -1.5]


def test_what_is_no_motion_is_refused(tmp_path: Path, motion: ClipMotion) -> None:
    import OpenEXR

    picture = {"RGB": np.zeros((2, 3, 3), np.float32)}
    OpenEXR.File({"type": OpenEXR.scanlineimage}, picture).write(str(tmp_path / "picture.exr"))
    (tmp_path / "torn.exr").write_bytes((tmp_path / "picture.exr").read_bytes()[:100])
    for name, said in (
        ("picture.exr", r"no channels forward\.u and forward\.v.*it has B, G, R"),
        ("torn.exr", "cannot be read as EXR"),
        ("gone.exr", "is not there"),
        ("m.png", r"kept as \.npz, \.flo, \.exr"),
    ):
        with pytest.raises(BadInput, match=said):
            read_motion(tmp_path / name)
    with pytest.raises(BadInput, match="Choose one"):
        write_motion(tmp_path / "m.mov", motion)


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path, motion: ClipMotion) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="could not be written"):
        write_motion(tmp_path / "file" / "m.exr", motion)
