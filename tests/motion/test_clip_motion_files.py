"""A clip's motion goes to files and comes back as it was; what is no motion is refused in words."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mpd_studio.core.errors import BadInput, OutputError
from mpd_studio.core.geometry import Size
from mpd_studio.motion.clip_motion import ClipMotion, clip_motion
from mpd_studio.motion.field_files import frame_files, read_flo, read_npz, write_flo, write_npz


@pytest.fixture
def motion() -> ClipMotion:
    px = np.random.default_rng(0).normal(0, 30, (3, 5, 7, 2)).astype(np.float32)
    px[1, 2, 3] = np.nan
    return clip_motion(px)


def same(first: ClipMotion, second: ClipMotion) -> bool:
    return first.px.dtype == second.px.dtype and np.array_equal(first.px, second.px, equal_nan=True)


def test_a_motion_is_a_value_of_its_own() -> None:
    px = np.zeros((2, 3, 4, 2))
    px[0, 0, 0, 0] = np.inf
    made = clip_motion(px)
    px[:] = 9
    assert (made.frames, made.size, made.px.flags.writeable) == (2, Size(4, 3), False)
    assert np.isnan(made.px[0, 0, 0]).all()  # half a vector is none
    assert made.px[1].max() == 0
    with pytest.raises(ValueError, match="read-only"):
        ClipMotion(np.zeros((1, 1, 1, 2), np.float32))


@pytest.mark.parametrize("px", [np.zeros((3, 4, 2)), np.zeros((1, 3, 4, 3)), np.zeros((0, 3, 4, 2))])
def test_other_shapes_are_refused(px: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"\(frames, h, w, 2\)"):
        clip_motion(px)


def test_vectors_grow_with_the_picture() -> None:
    even = clip_motion(np.broadcast_to(np.array([8, -4], np.float32), (2, 32, 48, 2)))
    small = even.resized(Size(6, 4))
    assert (small.size, small.frames) == (Size(6, 4), 2)
    assert np.allclose(small.px, [1, -0.5])
    assert even.resized(even.size) is even


def test_npz_keeps_every_bit(tmp_path: Path, motion: ClipMotion) -> None:
    write_npz(tmp_path / "m.npz", motion)
    assert same(read_npz(tmp_path / "m.npz"), motion)


def test_flo_is_byte_for_byte_the_benchmarks(tmp_path: Path) -> None:
    flow = clip_motion(np.array([[[[1.5, -2.0], [0.25, np.nan]]]]))
    assert write_flo(tmp_path / "m.flo", flow) == (tmp_path / "m.flo",)
    expected = b"PIEH" + struct.pack("<ii4f", 2, 1, 1.5, -2.0, 1e10, 1e10)
    assert (tmp_path / "m.flo").read_bytes() == expected


def test_flo_keeps_a_file_per_frame(tmp_path: Path, motion: ClipMotion) -> None:
    files = write_flo(tmp_path / "m.flo", motion)
    assert [file.name for file in files] == ["m_0001.flo", "m_0002.flo", "m_0003.flo"]
    assert same(read_flo(files[0]), motion)
    assert read_flo(files[1]).frames == 2
    files[1].unlink()
    assert read_flo(files[0]).frames == 1


def test_opencv_reads_and_writes_the_same_flo(tmp_path: Path, motion: ClipMotion) -> None:
    cv2 = pytest.importorskip("cv2", reason="OpenCV is the second opinion")
    files = write_flo(tmp_path / "m.flo", motion)
    assert np.array_equal(cv2.readOpticalFlow(str(files[0])), motion.px[0])
    cv2.writeOpticalFlow(str(tmp_path / "theirs.flo"), motion.px[2].copy())
    assert np.array_equal(read_flo(tmp_path / "theirs.flo").px[0], motion.px[2])


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


PX = np.zeros((1, 2, 3, 2), np.float32)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read as a motion"),
        (npz(motion=PX, version=1)[:-40], "cannot be read as a motion"),
        (npz(version=1), "cannot be read as a motion"),
        (npz(motion=np.array([object()], dtype=object), version=1), "cannot be read as a motion"),
        (npz(motion=PX, version=2), "has version 2 of the format"),
        (npz(motion=PX[0], version=1), r"of the shape \(2, 3, 2\)"),
        (npz(motion=PX.astype(np.int32), version=1), "int32 numbers"),
    ],
)
def test_a_file_that_is_no_motion_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(BadInput, match=said):
        read_npz(tmp_path / "m.npz")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "does not begin"),
        (b"HEIP" + bytes(20), "does not begin"),
        (b"PIEH" + struct.pack("<ii", 2, 2) + bytes(31), "says 2 × 2 and has 43 bytes"),
        (b"PIEH" + struct.pack("<ii", -1, 2), "cut off or damaged"),
        (b"PIEH" + struct.pack("<ii", 2**31 - 1, 2**31 - 1), "cut off or damaged"),
    ],
)
def test_a_flo_that_cannot_be_right_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "m.flo").write_bytes(content)
    with pytest.raises(BadInput, match=said):
        read_flo(tmp_path / "m.flo")


def test_frames_of_two_sizes_are_no_clip(tmp_path: Path) -> None:
    for number, width in ((1, 3), (2, 4)):
        write_flo(tmp_path / f"m_{number:04d}.flo", clip_motion(np.zeros((1, 2, width, 2))))
    with pytest.raises(BadInput, match=r"different sizes: \[\(3, 2\), \(4, 2\)\]"):
        read_flo(tmp_path / "m_0001.flo")


def test_what_cannot_be_written_says_so(tmp_path: Path, motion: ClipMotion) -> None:
    (tmp_path / "file").write_text("x")
    for write in (write_npz, write_flo):
        with pytest.raises(OutputError, match="could not be written"):
            write(tmp_path / "file" / "m.npz", motion)
    with pytest.raises(BadInput, match="cannot be read"):
        read_flo(tmp_path / "gone.flo")


def test_a_single_frame_keeps_its_name() -> None:
    assert frame_files(Path("a/m.exr"), 1) == (Path("a/m.exr"),)
    assert frame_files(Path("a/m.exr"), 2)[1] == Path("a/m_0002.exr")
