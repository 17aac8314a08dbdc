"""A clip restyled from the command line, on a tiny model with random weights."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2  # noqa: TID253 - a test reads with it at once
import numpy as np
import pytest

from mpd_studio.cli import main
from mpd_studio.core.errors import Cancelled
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.inbetween import EngineSettings
from mpd_studio.core.progress import Progress, SilentReporter
from mpd_studio.media.motion_files import read_motion, write_motion
from mpd_studio.media.probe import probe
from mpd_studio.motion.clip_motion import clip_motion
from mpd_studio.workflow.restyle_clip import restyle_clip, restyle_request
from tests.workflow.moving_pictures import Size, clip, still, texture

pytest.importorskip("torch", reason="needs torch, an optional part of the installation")

REFERENCE = Size(144, 96)


@pytest.fixture
def words(tmp_path: Path, tiny_motion_i2v: Path) -> list[str]:
    """A clip of 20 frames, and a reference of its shape, half as large again and in 16 bits."""
    film = clip(tmp_path / "film.mkv", 20)
    reference = still(tmp_path / "style ü.png", 2, REFERENCE, np.uint16)
    model = ["--weights", str(tiny_motion_i2v), "--steps", "2", "--model-size", "64x64", "--quality", "draft", "--json"]
    return ["restyle", str(film), "--reference", str(reference), "--out", str(tmp_path / "out"), *model]


def read(file: str | Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(file), cv2.IMREAD_UNCHANGED))


def test_a_clip_of_more_than_16_frames_is_restyled_frame_for_frame(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([*words, "--prompt", "oil paint"])
    told = capsys.readouterr()
    assert code == 0, told.err
    document = json.loads(told.out)
    files = sorted((tmp_path / "out").iterdir())
    assert [str(file) for file in files] == document["files"]
    assert len(files) == 20
    reference = read(tmp_path / "style ü.png")
    assert np.array_equal(read(files[0]), reference)
    made = [read(file) for file in files[1:]]
    assert all(frame.shape == reference.shape and frame.dtype == np.uint16 for frame in made)
    assert all(not np.array_equal(frame, reference) for frame in made)
    figures = {figure["id"]: figure for figure in document["figures"]}
    assert [*figures][:1] + [*figures][-2:] == ["tracks", "windows", "drift"]
    assert "2 windows" in figures["windows"]["text"]
    assert figures["tracks"]["values"][0] > 0.5
    assert not figures["tracks"]["warning"]


def test_tracks_that_are_given_are_followed_over_a_range(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []
    for step in (0.0, 6.0):
        px = np.zeros((2, 64, 96, 2), np.float32)
        px[..., 0] = step * np.arange(1, 3)[:, None, None]
        file, out = tmp_path / f"{step}.npz", tmp_path / f"out {step}"
        write_motion(file, clip_motion(px))
        given = ["--range", "3", "5", "--tracks", str(file), "--out", str(out), "--seed", "4"]
        assert main([*words, *given]) == 0
        assert "tracks" not in {figure["id"] for figure in json.loads(capsys.readouterr().out)["figures"]}
        made.append([read(frame) for frame in sorted(out.iterdir())])
    assert [len(frames) for frames in made] == [3, 3]
    assert np.array_equal(made[0][0], made[1][0])
    assert not np.array_equal(made[0][2], made[1][2])


def test_measured_tracks_are_kept_and_make_the_same_frames_again(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "tracks.npz"
    assert main([*words, "--range", "3", "5", "--keep-tracks", str(kept)]) == 0
    tracks = read_motion(kept)
    assert (tracks.frames, tracks.size) == (2, Size(96, 64))
    assert np.nanmedian(tracks.px[1, ..., 0]) == pytest.approx(3, abs=0.2)  # 1.5 pixels a frame
    again = tmp_path / "again"
    assert main([*words, "--range", "3", "5", "--tracks", str(kept), "--out", str(again)]) == 0
    for number in (1, 2, 3):
        name = f"frame_{number:06d}.png"
        assert np.array_equal(read(tmp_path / "out" / name), read(again / name))
    capsys.readouterr()
    assert main([*words, "--keep-tracks", str(tmp_path / "tracks.exr"), "--overwrite"]) == 4
    assert "kept as .npz" in capsys.readouterr().err


WRONG = {
    "gone": (["{}/nothing.mkv"], 4, "nothing.mkv"),
    "empty": (["{}/empty.mkv"], 4, "empty.mkv"),
    "one picture": (["{}/alone.png"], 4, "one frame"),
    "one frame": (["{}/film.mkv", "--range", "4", "4"], 4, "no motion"),
    "backwards": (["{}/film.mkv", "--range", "5", "3"], 2, "runs backwards"),
    "too far": (["{}/film.mkv", "--range", "3", "20"], 4, "frames 0 to 19"),
    "before": (["{}/film.mkv", "--range", "-2", "5"], 4, "frames 0 to 19"),
    "other shape": (["{}/film.mkv", "--reference", "{}/wide.png"], 4, "of another shape"),
    "no picture": (["{}/film.mkv", "--reference", "{}/film.mkv"], 4, "Name one picture"),
    "no reference": (["{}/film.mkv", "--reference", "{}/none.png"], 4, "none.png"),
    "tracks of another range": (["{}/film.mkv", "--tracks", "{}/short.npz"], 4, "2 frames after the first"),
    "tracks of another shape": (["{}/film.mkv", "--range", "0", "2", "--tracks", "{}/square.npz"], 4, "another shape"),
    "tracks gone": (["{}/film.mkv", "--tracks", "{}/none.npz"], 4, "none.npz"),
    "format": (["{}/film.mkv", "--format", "gif"], 5, "gif"),
    "too long": (["{}/long.mkv"], 5, "240 frames at most"),
    "weights": (["{}/film.mkv", "--weights", ""], 3, "weights get motion-i2v"),
    "an option of gaps": (["{}/film.mkv", "--option", "render=native"], 4, "'render' means nothing to `restyle`"),
    "an option of stage 1": (["{}/film.mkv", "--option", "camera=zoom-in"], 4, "'camera' means nothing"),
    "no option": (["{}/film.mkv", "--option", "style=oil"], 4, "no option 'style'"),
    "no LoRA": (["{}/film.mkv", "--option", "lora={}/ink.safetensors"], 4, "ink.safetensors"),
    "size": (["{}/film.mkv", "--model-size", "100x64"], 5, "multiples of 64"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_restyled_is_told_before_tracking_and_leaves_nothing(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    (tmp_path / "empty.mkv").touch()
    still(tmp_path / "alone.png")
    still(tmp_path / "wide.png", 0, Size(144, 81))
    if case == "too long":
        clip(tmp_path / "long.mkv", 242)
    for name, size in (("short", (64, 96)), ("square", (64, 64))):
        write_motion(tmp_path / f"{name}.npz", clip_motion(np.zeros((2, *size, 2), np.float32)))
    before = sorted(tmp_path.iterdir())
    said, code, message = WRONG[case]
    file, *others = (word.format(tmp_path) for word in said)
    assert main(["restyle", file, *words[2:], *others]) == code
    assert message in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_neither_what_is_there_nor_the_reference_is_overwritten(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = still(tmp_path / "frame_000003.png", 1, REFERENCE)
    pixels = read(kept)
    here = ["--out", str(tmp_path)]
    assert main([*words, *here]) == 4
    assert "not empty" in capsys.readouterr().err
    assert main([*words, *here, "--overwrite", "--reference", str(kept)]) == 4
    assert "would be overwritten" in capsys.readouterr().err
    assert np.array_equal(read(kept), pixels)


class StopsAt(SilentReporter):
    def __init__(self, stage: str) -> None:
        self._stage = stage

    def report(self, progress: Progress) -> None:
        if progress.stage == self._stage and progress.done == 1:
            raise Cancelled


@pytest.mark.parametrize("stage", ["Tracking", "Denoising", "New frames"])
def test_a_run_that_is_stopped_leaves_nothing(
    words: list[str], tmp_path: Path, tiny_motion_i2v: Path, stage: str
) -> None:
    request = restyle_request(probe(Path(words[3])), probe(Path(words[1])), FrameRange(2, 4), None)
    settings = EngineSettings(
        options=(("guidance", 1.0), ("size", "64x64"), ("steps", 2), ("weights", str(tiny_motion_i2v)))
    )
    request = replace(request, engine_id="motion_i2v", settings=settings)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        restyle_clip(request, tmp_path / "out", StopsAt(stage))
    assert sorted(tmp_path.iterdir()) == before


def test_a_cut_in_the_range_is_warned_of(tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "cut"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for number in range(4):
        picture = cv2.resize(rng.integers(0, 255, (16, 24, 3), np.uint8), (96, 64), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"c_{number:04d}.png"), picture)
    assert main(["restyle", str(folder / "c_0000.png"), *words[2:]]) == 0
    told = capsys.readouterr()
    figures = {figure["id"]: figure for figure in json.loads(told.out)["figures"]}
    assert "a cut" in figures["tracks"]["warning"]
    assert "a cut" in told.err


def test_a_clip_of_uneven_frame_times_is_restyled_frame_by_frame_with_a_warning(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    import av

    file = tmp_path / "uneven.mkv"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "bgr0"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, pts in enumerate((0, 40, 140, 160, 300)):
            frame = av.VideoFrame.from_ndarray(texture(2.0 * number), "rgb24")
            frame.pts, frame.time_base = pts, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert main(["restyle", str(file), *words[2:]]) == 0
    told = capsys.readouterr()
    assert len(json.loads(told.out)["files"]) == 5
    assert "evenly spaced" in told.err
