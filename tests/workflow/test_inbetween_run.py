from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from moving_pictures import CrookedEngine, Recorder, pictures_of, request_for, still, texture

from mpd_studio.core.errors import BadInput, Cancelled, EngineFailed, GuidanceError, OutputError, UnsupportedRequest
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance, MaskRef, MotionRegion, RegionMode
from mpd_studio.core.ids import RegionId
from mpd_studio.core.media_ref import FrameRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import SilentReporter
from mpd_studio.workflow.inbetween import default_place, rehearse, run
from mpd_studio.workflow.sheet import GapPlace


@pytest.fixture
def ends(tmp_path: Path) -> tuple[Path, Path]:
    return still(tmp_path / "a.png"), still(tmp_path / "b.png", 6)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("engine_id", ["flow", "crossfade"])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_gap_of_n_gets_exactly_n_frames(tmp_path: Path, ends: tuple[Path, Path], engine_id: str, count: int) -> None:
    made = run(request_for(*ends, count, engine_id), tmp_path / "out", SilentReporter())
    frames = [f"frame_{number:06d}.png" for number in range(1, count + 1)]
    assert names(tmp_path / "out") == [*frames, "sheet.json", "sheet.txt"]
    assert [path.name for path in made.result.frames.paths] == frames
    assert len(pictures_of(tmp_path / "out")) == count
    assert made.sheet.verdict == "PASS", made.sheet.as_text()
    assert dict(made.seconds).keys() == {"decode", "engine", "write"}


def test_the_sheet_beside_the_frames_is_the_sheet_of_the_run(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    made = run(request_for(*ends, 19), tmp_path / "out", SilentReporter(), place=GapPlace(86400 + 4 * 24 + 11))
    assert made.sheet.title == "gap 01:00:04:11 – 01:00:05:06 = 19 new frames at 24000/1001; engine makes 19"
    assert json.loads((tmp_path / "out" / "sheet.json").read_text(encoding="utf-8")) == made.sheet.as_json()
    assert (tmp_path / "out" / "sheet.txt").read_text(encoding="utf-8") == made.sheet.as_text()


def test_the_boundary_files_are_not_touched(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in ends]
    run(request_for(*ends), tmp_path / "out", SilentReporter())
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in ends] == before


def test_equal_ends_give_the_same_picture_and_no_warning(tmp_path: Path) -> None:
    same = still(tmp_path / "a.png"), still(tmp_path / "b.png")
    made = run(request_for(*same, 3, "flow"), tmp_path / "out", SilentReporter())
    assert all(np.array_equal(pixels, texture(0)) for pixels in pictures_of(tmp_path / "out"))
    assert made.sheet.verdict == "PASS"


def test_sixteen_bit_and_alpha_stay_what_they_are(tmp_path: Path) -> None:
    ends = [still(tmp_path / f"{k}.png", k * 6, dtype=np.uint16, channels=4) for k in range(2)]
    run(request_for(ends[0], ends[1], 2, "flow"), tmp_path / "out", SilentReporter())
    (first, _) = pictures_of(tmp_path / "out")
    assert first.dtype == np.uint16
    assert first.shape == (64, 96, 4)
    assert len(np.unique(first[:, :, 0])) > 256


def test_a_deeper_end_lifts_the_other(tmp_path: Path) -> None:
    ends = still(tmp_path / "a.png"), still(tmp_path / "b.png", 6, dtype=np.uint16)
    made = run(request_for(*ends, 1), tmp_path / "out", SilentReporter())
    assert pictures_of(tmp_path / "out")[0].dtype == np.uint16
    assert "depths differ" in made.sheet.as_text()


def test_a_smaller_end_of_the_same_shape_is_scaled_and_said(tmp_path: Path) -> None:
    ends = still(tmp_path / "a.png"), still(tmp_path / "b.png", 3, Size(48, 32))
    made = run(request_for(*ends, 1), tmp_path / "out", SilentReporter())
    assert pictures_of(tmp_path / "out")[0].shape == (64, 96, 3)
    assert "scaled from 48 × 32 to 96 × 64" in made.sheet.as_text()


def test_an_end_of_another_shape_is_refused_with_both_sizes(tmp_path: Path) -> None:
    ends = still(tmp_path / "a.png"), still(tmp_path / "b.png", 3, Size(64, 64))
    with pytest.raises(BadInput, match=r"b\.png is 64 × 64.*96 × 64"):
        run(request_for(*ends, 1), tmp_path / "out", SilentReporter())
    assert names(tmp_path) == ["a.png", "b.png"]


def test_a_folder_with_files_is_refused(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious")
    with pytest.raises(OutputError, match="not empty"):
        run(request_for(*ends), tmp_path / "out", SilentReporter())
    assert names(tmp_path / "out") == ["mine.txt"]


def test_an_empty_folder_is_used(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    (tmp_path / "out").mkdir()
    run(request_for(*ends, 1), tmp_path / "out", SilentReporter())
    assert "frame_000001.png" in names(tmp_path / "out")


def test_overwriting_replaces_the_frames_and_nothing_else(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    run(request_for(*ends, 5), tmp_path / "out", SilentReporter())
    (tmp_path / "out" / "mine.txt").write_text("precious")
    (tmp_path / "out" / "frame_notes.png").write_text("also mine")
    run(request_for(*ends, 2), tmp_path / "out", SilentReporter(), overwrite=True)
    assert names(tmp_path / "out") == [
        "frame_000001.png",
        "frame_000002.png",
        "frame_notes.png",
        "mine.txt",
        "sheet.json",
        "sheet.txt",
    ]


@pytest.mark.parametrize("stage", ["Reading", "New frames", "Checking"])
def test_cancelling_leaves_nothing_behind(tmp_path: Path, ends: tuple[Path, Path], stage: str) -> None:
    with pytest.raises(Cancelled):
        run(request_for(*ends, 4), tmp_path / "out", Recorder(cancel_at=stage))
    assert names(tmp_path) == ["a.png", "b.png"]


def test_cancelling_an_overwrite_leaves_the_old_frames(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    run(request_for(*ends, 4), tmp_path / "out", SilentReporter())
    before = {entry.name: entry.read_bytes() for entry in (tmp_path / "out").iterdir()}
    with pytest.raises(Cancelled):
        run(request_for(*ends, 2, "flow"), tmp_path / "out", Recorder(cancel_at="Checking"), overwrite=True)
    assert {entry.name: entry.read_bytes() for entry in (tmp_path / "out").iterdir()} == before


def test_progress_counts_every_new_frame(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    recorder = Recorder()
    run(request_for(*ends, 4), tmp_path / "out", recorder)
    counted = [(report.done, report.total) for report in recorder.reports if report.stage == "New frames"]
    assert counted == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("spoil", [lambda row: row[:-1], lambda row: [*row, row[-1]], lambda row: []])
def test_an_engine_that_miscounts_is_caught_and_nothing_is_kept(
    tmp_path: Path, ends: tuple[Path, Path], spoil: Callable[[list[Picture]], list[Picture]]
) -> None:
    engine = CrookedEngine(spoil)
    with pytest.raises((EngineFailed, OutputError)):
        run(request_for(*ends, 4), tmp_path / "out", SilentReporter(), open_engine=lambda _: engine)
    assert names(tmp_path) == ["a.png", "b.png"]
    assert engine.unloaded


def test_an_unknown_engine_and_format_are_named(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    with pytest.raises(UnsupportedRequest, match="flow"):
        run(request_for(*ends, 1, "magic"), tmp_path / "out", SilentReporter())
    with pytest.raises(UnsupportedRequest, match="png16"):
        run(request_for(*ends, 1), tmp_path / "out", SilentReporter(), exporter_id="jpeg2")


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "a%d", "x" * 200, "nul\0"])
def test_a_name_no_file_can_have_is_refused(tmp_path: Path, ends: tuple[Path, Path], name: str) -> None:
    with pytest.raises(BadInput):
        run(request_for(*ends, 1), tmp_path / "out", SilentReporter(), name=name)


def test_a_leftover_of_a_killed_run_is_cleared_away(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "frame_000001.png").write_text("half")
    run(request_for(*ends, 1), tmp_path / "out", SilentReporter())
    assert names(tmp_path) == ["a.png", "b.png", "out"]


def test_an_existing_folder_stays_the_same_folder(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    (tmp_path / "out").mkdir(mode=0o700)
    before = (tmp_path / "out").stat()
    run(request_for(*ends, 1), tmp_path / "out", SilentReporter())
    after = (tmp_path / "out").stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert names(tmp_path / "out") == ["frame_000001.png", "sheet.json", "sheet.txt"]


def test_a_link_to_a_folder_is_followed(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    run(request_for(*ends, 1), tmp_path / "link", SilentReporter())
    assert names(tmp_path / "real") == ["frame_000001.png", "sheet.json", "sheet.txt"]
    assert names(tmp_path) == ["a.png", "b.png", "link", "real"]


def test_what_a_killed_run_left_in_an_existing_folder_is_cleared_away(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    (tmp_path / "out" / ".mpd-studio.part" / "torn").mkdir(parents=True)
    run(request_for(*ends, 1), tmp_path / "out", SilentReporter())
    assert names(tmp_path / "out") == ["frame_000001.png", "sheet.json", "sheet.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no locks on folders")
@pytest.mark.parametrize("exists", [False, True])
def test_two_runs_never_fill_one_folder(tmp_path: Path, ends: tuple[Path, Path], exists: bool) -> None:
    if exists:
        (tmp_path / "out").mkdir()

    def second_run(row: list[Picture]) -> list[Picture]:
        with pytest.raises(OutputError, match="Another run"):
            run(request_for(*ends, 2), tmp_path / "out", SilentReporter())
        return row

    engine = CrookedEngine(second_run)
    run(request_for(*ends, 3), tmp_path / "out", SilentReporter(), open_engine=lambda _: engine)
    assert len(list((tmp_path / "out").glob("frame_*"))) == 3
    assert names(tmp_path) == ["a.png", "b.png", "out"]


def test_a_folder_that_was_filled_meanwhile_is_left_alone(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    def somebody(row: list[Picture]) -> list[Picture]:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "frame_000001.png").write_text("precious")
        return row

    engine = CrookedEngine(somebody)
    with pytest.raises(OutputError, match="not empty"):
        run(request_for(*ends, 3), tmp_path / "out", SilentReporter(), open_engine=lambda _: engine)
    assert names(tmp_path / "out") == ["frame_000001.png"]
    assert names(tmp_path) == ["a.png", "b.png", "out"]


@pytest.mark.parametrize("which", ["first", "last", "linked", "sequence"])
def test_overwriting_never_reaches_the_sources(tmp_path: Path, ends: tuple[Path, Path], which: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    a, b = ends
    if which == "first":
        a = a.rename(out / "frame_000001.png")
    elif which == "last":
        b = b.rename(out / "frame_000009.png")
    elif which == "linked":
        b.rename(out / "frame_000002.png")
        b.symlink_to(out / "frame_000002.png")
    else:
        for number in (1, 2, 3):
            still(out / f"frame_{number:06d}.png", number)
        a = out / "frame_%06d.png"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(OutputError, match="made from it"):
        run(request_for(a, b), out, SilentReporter(), overwrite=True)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    run(request_for(a, b, 1), out, SilentReporter(), name="fill", overwrite=True)
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.name in before} == before


def test_overwriting_frames_leaves_a_file_of_that_name_alone(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "shot.mpdproj").write_text("precious")
    run(request_for(*ends, 1), tmp_path / "out", SilentReporter(), name="shot", overwrite=True)
    assert (tmp_path / "out" / "shot.mpdproj").read_text() == "precious"


def test_folders_made_for_a_run_that_fails_go_again(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    with pytest.raises(Cancelled):
        run(request_for(*ends, 4), tmp_path / "deep" / "er" / "out", Recorder(cancel_at="Checking"))
    assert names(tmp_path) == ["a.png", "b.png"]


@pytest.mark.parametrize(("place", "words"), [("a.png/out", "a file"), ("x" * 300, "too long")])
def test_a_folder_that_cannot_be_is_refused(tmp_path: Path, ends: tuple[Path, Path], place: str, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        run(request_for(*ends, 1), tmp_path / place, SilentReporter())


def test_a_movie_comes_with_the_frames_or_nothing_comes(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    made = run(request_for(*ends, 3), tmp_path / "out", SilentReporter(), movie_id="ffv1")
    assert made.movies == (tmp_path / "out" / "frame.mkv",)
    assert names(tmp_path / "out")[0] == "frame.mkv"
    with pytest.raises(Cancelled):
        run(request_for(*ends, 3), tmp_path / "x", Recorder(cancel_at="Exporting"), movie_id="ffv1")
    assert names(tmp_path) == ["a.png", "b.png", "out"]


@pytest.mark.parametrize(
    ("frames", "movie", "words"),
    [
        ("png", None, "cut these"),
        (None, "h264", "cannot hold transparency"),
        (None, "bogus", "no format 'bogus'"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_frame_is_made(
    tmp_path: Path, frames: str | None, movie: str | None, words: str
) -> None:
    ends = [still(tmp_path / f"{k}.png", k * 6, dtype=np.uint16, channels=4) for k in range(2)]
    recorder = Recorder()
    request = request_for(ends[0], ends[1])
    with pytest.raises(UnsupportedRequest, match=words):
        run(request, tmp_path / "out", recorder, exporter_id=frames, movie_id=movie)
    assert "New frames" not in {report.stage for report in recorder.reports}
    with pytest.raises(UnsupportedRequest, match=words):
        rehearse(request, SilentReporter(), frames, movie)


def test_a_rehearsal_knows_sizes_and_engines(tmp_path: Path) -> None:
    ends = [still(tmp_path / f"{k}.png", k, Size(95, 63)) for k in range(2)]
    with pytest.raises(OutputError, match="even width and height"):
        rehearse(request_for(ends[0], ends[1]), SilentReporter(), movie_id="h264")
    with pytest.raises(UnsupportedRequest, match="magic"):
        rehearse(request_for(ends[0], ends[1], 1, "magic"), SilentReporter())
    assert rehearse(request_for(ends[0], ends[1]), SilentReporter()).verdict == "TODO"


@pytest.mark.parametrize(
    ("label", "media_rate", "rate", "start"),
    [
        ("01:00:00:00", 24, 24, 86404),
        ("01:00:00:00", 24, 25, 90004),
        ("01:00:00:20", 25, 12, 43212),
        ("00:00:59;28", Fraction(30000, 1001), Fraction(30000, 1001), 1802),
        ("00:00:59;28", Fraction(30000, 1001), 24, 1444),
        ("01:00:00:29", 24, 24, 4),
        ("no label", 24, 24, 4),
        (None, 24, 24, 4),
    ],
)
def test_a_gap_lies_where_the_timecode_says(
    ends: tuple[Path, Path], label: str | None, media_rate: Fraction, rate: Fraction, start: int
) -> None:
    request = request_for(*ends)
    media = replace(request.first.media, start_tc=label, rate=Fraction(media_rate), frame_count=9)
    assert default_place(replace(request, first=FrameRef(media, 3), rate=Fraction(rate))).start == start


def test_a_still_region_given_by_a_mask_file_holds_exactly(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    import cv2

    mask = np.zeros((64, 96), np.uint8)
    mask[10:50, 20:60] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    region = MotionRegion(RegionId("hold"), mode=RegionMode.STILL, mask=MaskRef(str(tmp_path / "mask.png")), feather=0)
    request = replace(request_for(*ends, 3, "flow"), guidance=Guidance(regions=(region,)))
    run(request, tmp_path / "out", SilentReporter())
    inside = mask > 0
    for pixels in pictures_of(tmp_path / "out"):
        assert np.array_equal(pixels[inside], texture(0)[inside])
        assert not np.array_equal(pixels[~inside], texture(0)[~inside])


@pytest.mark.parametrize(("size", "words"), [(None, "cannot be used"), (Size(32, 32), "32 × 32")])
def test_a_mask_that_cannot_be_used_is_named(
    tmp_path: Path, ends: tuple[Path, Path], size: Size | None, words: str
) -> None:
    if size:
        still(tmp_path / "mask.png", size=size)
    region = MotionRegion(RegionId("hold"), mask=MaskRef(str(tmp_path / "mask.png")))
    request = replace(request_for(*ends, 1, "flow"), guidance=Guidance(regions=(region,)))
    with pytest.raises(GuidanceError, match=words):
        run(request, tmp_path / "out", SilentReporter())


def spoiled(tmp_path: Path, ends: tuple[Path, Path], count: int, spoil: Callable[[list[Picture]], object]) -> list[str]:
    """Ids of the lines that warn."""
    engine = CrookedEngine(spoil)
    made = run(request_for(*ends, count), tmp_path / "out", SilentReporter(), open_engine=lambda _: engine)
    assert (made.result.verdict, bool(made.result.reasons)) == ("WARN", True)
    return [line.id for line in made.sheet.lines if line.state.value == "warn"]


def changed(picture: Picture, factor: float) -> Picture:
    return replace(picture, pixels=(picture.pixels * factor).astype(np.uint8))


def test_each_seeded_defect_is_caught(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    def caught(name: str, count: int, spoil: Callable[[list[Picture]], object]) -> list[str]:
        return spoiled(tmp_path / name, ends, count, spoil)

    (tmp_path / "x").mkdir()
    for name in "abcdef":
        (tmp_path / name).mkdir()
    assert caught("a", 5, lambda row: [*row[:2], row[1], *row[3:]]) == ["duplicates"]
    assert caught("b", 5, lambda row: [*row[:4], row[3]]) == ["duplicates"]
    assert "strobe" in caught("c", 8, lambda row: [row[index // 2 * 2] for index in range(8)])
    assert caught("d", 5, lambda row: [*row[:2], changed(row[2], 1.1), *row[3:]]) == ["pulse"]
    assert "black" in caught("e", 5, lambda row: [*row[:2], changed(row[2], 0), *row[3:]])


@pytest.mark.parametrize("meddle", ["change", "remove"])
def test_a_boundary_file_that_changes_during_the_run_is_caught(
    tmp_path: Path, ends: tuple[Path, Path], meddle: str
) -> None:
    def spoil(row: list[Picture]) -> list[Picture]:
        if meddle == "change":
            still(ends[1], 9)
        else:
            ends[1].unlink()
        return row

    assert spoiled(tmp_path, ends, 3, spoil) == ["last"]
