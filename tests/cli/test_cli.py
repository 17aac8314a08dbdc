from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mpd_studio.cli import main
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.project_file import read_project, write_project
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, gaps_of
from mpd_studio.media.probe import probe
from tests.workflow.moving_pictures import RATE, SIZE, clip, pictures_of, still

Captured = pytest.CaptureFixture[str]


def command(capsys: Captured, *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def as_json(capsys: Captured, *arguments: object) -> Any:
    code, out, err = command(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_fill_between_stills_prints_one_document(capsys: Captured, stills: tuple[Path, Path], tmp_path: Path) -> None:
    doc = as_json(capsys, "fill", *stills, "--new-frames", 3, "--out", tmp_path / "out", "--quality", "draft")
    assert [Path(frame).name for frame in doc["frames"]] == [f"frame_{n:06d}.png" for n in (1, 2, 3)]
    assert all(Path(frame).is_file() for frame in doc["frames"])
    assert doc["sheet"]["verdict"] == "PASS"
    assert doc["seconds"].keys() == {"decode", "engine", "write"}
    assert "= 3 new frames at 24;" in doc["sheet"]["title"]


def test_fill_inside_a_clip_makes_what_is_missing(capsys: Captured, tmp_path: Path) -> None:
    movie = clip(tmp_path / "a.mkv")
    doc = as_json(capsys, "fill", movie, "--after", 2, "--before", 7, "--out", tmp_path / "out", "--name", "shot")
    assert len(doc["frames"]) == 4
    assert sorted(entry.name for entry in (tmp_path / "out").glob("shot_*")) == [
        f"shot_{n:06d}.png" for n in (1, 2, 3, 4)
    ]
    assert "24000/1001" in doc["sheet"]["title"]


def test_sixteen_bit_stills_become_sixteen_bit_frames(capsys: Captured, tmp_path: Path) -> None:
    ends = [still(tmp_path / f"{k}.png", 6 * k, dtype=np.uint16) for k in range(2)]
    as_json(capsys, "fill", *ends, "--new-frames", 1, "--out", tmp_path / "out", "--rate", "25")
    assert pictures_of(tmp_path / "out")[0].dtype == np.uint16


def test_a_dry_run_shows_the_sheet_and_makes_nothing(
    capsys: Captured, stills: tuple[Path, Path], tmp_path: Path
) -> None:
    code, out, _ = command(capsys, "fill", *stills, "--new-frames", 19, "--out", tmp_path / "out", "--dry-run")
    assert code == 0
    assert "= 19 new frames" in out
    assert "[ ] exactly 19 new frames" in out
    assert not (tmp_path / "out").exists()
    doc = as_json(capsys, "fill", *stills, "--new-frames", 19, "--out", tmp_path / "out", "--dry-run")
    assert doc["sheet"]["verdict"] == "TODO"


def test_quiet_prints_nothing(capsys: Captured, stills: tuple[Path, Path], tmp_path: Path) -> None:
    assert command(capsys, "fill", *stills, "--new-frames", 1, "--out", tmp_path / "out", "--quiet") == (0, "", "")


def test_a_movie_can_come_with_the_frames(capsys: Captured, stills: tuple[Path, Path], tmp_path: Path) -> None:
    doc = as_json(capsys, "fill", *stills, "--new-frames", 3, "--out", tmp_path / "out", "--movie", "ffv1")
    assert probe(doc["movies"][0]).frame_count == 3
    assert len(list((tmp_path / "out").glob("frame_*"))) == 3


def test_guidance_is_obeyed(capsys: Captured, stills: tuple[Path, Path], tmp_path: Path) -> None:
    region = {"id": "r", "on": "first", "mode": "still", "polygon": [[0, 0], [96, 0], [96, 64], [0, 64]], "feather": 0}
    (tmp_path / "g.json").write_text(json.dumps({"version": 1, "size": [96, 64], "paths": [], "regions": [region]}))
    arguments = ("fill", *stills, "--new-frames", 2, "--out", tmp_path / "out", "--guidance", tmp_path / "g.json")
    as_json(capsys, *arguments)
    first = pictures_of(tmp_path, "first ü.png")[0]
    assert all(np.array_equal(pixels, first) for pixels in pictures_of(tmp_path / "out"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["A", "B", "--new-frames", "0"], "at least 1"),
        (["A", "B", "--new-frames", "-4"], "at least 1"),
        (["A", "missing.png", "--new-frames", "1"], "missing.png"),
        (["A", "EMPTY", "--new-frames", "1"], "empty.png"),
        (["A", "TEXT", "--new-frames", "1"], "text.png"),
        (["A", "TRUNCATED", "--new-frames", "1"], "torn.png"),
        (["A", "SQUARE", "--new-frames", "1"], "square.png is 64 × 64"),
        (["A", "B", "--new-frames", "1", "--guidance", "none.json"], "none.json"),
        (["A", "B", "--new-frames", "1", "--name", "a/b"], "a/b"),
    ],
)
def test_bad_input_ends_with_4_names_the_trouble_and_writes_nothing(
    capsys: Captured, stills: tuple[Path, Path], tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("hello, I am no picture")
    (tmp_path / "torn.png").write_bytes(stills[1].read_bytes()[:900])
    files = {
        "A": stills[0],
        "B": stills[1],
        "EMPTY": tmp_path / "empty.png",
        "TEXT": tmp_path / "text.png",
        "TRUNCATED": tmp_path / "torn.png",
        "SQUARE": still(tmp_path / "square.png", size=Size(64, 64)),
    }
    code, out, err = command(capsys, "fill", *(files.get(a, a) for a in arguments), "--out", tmp_path / "out")
    assert (code, out) == (4, "")
    assert words in err
    assert not (tmp_path / "out").exists()


def test_too_little_memory_ends_with_3_and_leaves_nothing(
    capsys: Captured, stills: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 732 MiB")  # as numpy does

    monkeypatch.setattr("mpd_studio.engines.crossfade.engine.CrossfadeEngine.generate", refuse)
    code, _, err = command(
        capsys, "fill", *stills, "--new-frames", 1, "--engine", "crossfade", "--out", tmp_path / "out"
    )
    assert code == 3
    assert "not enough memory" in err
    assert list(tmp_path.glob("*out*")) == []


def test_an_engine_that_is_not_there_ends_with_5(capsys: Captured, stills: tuple[Path, Path], tmp_path: Path) -> None:
    code, _, err = command(capsys, "fill", *stills, "--new-frames", 1, "--out", tmp_path / "out", "--engine", "magic")
    assert code == 5
    assert "flow" in err


@pytest.mark.parametrize(
    "option",
    [
        ["--weights", "x"],
        ["--sampler", "vibid"],
        ["--steps", "9"],
        ["--guide-strength", "0.5"],
        ["--device", "cpu"],
        ["--memory-plan", "low"],
    ],
)
def test_an_option_that_the_engine_does_not_know_is_refused(
    capsys: Captured, stills: tuple[Path, Path], tmp_path: Path, option: list[str]
) -> None:
    code, _, err = command(capsys, "fill", *stills, "--new-frames", 1, "--out", tmp_path / "out", *option)
    assert code == 4
    assert option[0] in err


@pytest.mark.parametrize(
    "arguments", [["fill"], ["dance"], ["fill", "a.png", "b.png"], ["fill", "a", "--out", "x", "--rate", "fast"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a", "b"], "--new-frames"),
        (["a", "b", "a", "--new-frames", "1"], "3 files"),
        (["a", "b", "--after", "1", "--before", "3"], "one clip"),
        (["a"], "--after I and --before J"),
        (["a", "--after", "1"], "--after I and --before J"),
        (["a", "b", "--new-frames", "1", "--movie", "png"], "prores4444"),
        (["a", "b", "--new-frames", "1", "--format", "h264"], "png16"),
    ],
)
def test_words_that_do_not_go_together_end_with_2_before_any_file_is_opened(
    capsys: Captured, tmp_path: Path, arguments: list[str], words: str
) -> None:
    code, out, err = command(capsys, "fill", *arguments, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert words in err


def test_the_filled_project_never_replaces_the_original(capsys: Captured, project: Path) -> None:
    before = project.read_bytes()
    code, _, err = command(capsys, "fill-timeline", project, "--out", project.parent, "--overwrite")
    assert code == 4
    assert "another folder" in err
    assert project.read_bytes() == before
    assert not (project.parent / "gap_01").exists()


def test_a_folder_with_files_needs_overwrite(capsys: Captured, stills: tuple[Path, Path], tmp_path: Path) -> None:
    arguments = ("fill", *stills, "--new-frames", 2, "--out", tmp_path / "out", "--quiet")
    assert command(capsys, *arguments)[0] == 0
    code, _, err = command(capsys, *arguments)
    assert code == 4
    assert "--overwrite" in err
    assert command(capsys, *arguments, "--overwrite")[0] == 0


def test_gaps_are_listed_with_timecode(capsys: Captured, project: Path) -> None:
    assert as_json(capsys, "gaps", project) == {
        "gaps": [{"track": 1, "start": 4, "length": 4, "start_tc": "01:00:00:04", "stop_tc": "01:00:00:08"}]
    }
    assert "01:00:00:04 – 01:00:00:08  4 frames" in command(capsys, "gaps", project)[1]


def test_missing_media_are_a_warning_to_gaps_and_a_problem_to_fill(
    capsys: Captured, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.mkv").unlink()
    code, out, err = command(capsys, "gaps", project, "--json")
    assert code == 0
    assert len(json.loads(out)["gaps"]) == 1
    assert "a.mkv is missing" in err
    code, _, err = command(capsys, "fill-timeline", project, "--out", tmp_path / "out", "--quiet")
    assert code == 4
    assert "gap 1" in err


def test_clips_of_missing_sequences_are_warned_of(capsys: Captured, tmp_path: Path) -> None:
    for number in (1, 2, 3, 4):
        still(tmp_path / f"a_{number:03d}.png", number)
    media = probe(tmp_path / "a_%03d.png")
    items = (Clip(ClipId("a"), media, FrameRange(0, 2)), Gap(GapId("g"), 1))
    write_project(tmp_path / "film.mpdproj", Timeline("T", RATE, SIZE, tracks=(Track("V1", items),)))
    assert "missing" not in command(capsys, "gaps", tmp_path / "film.mpdproj")[2]
    (tmp_path / "a_001.png").unlink()
    assert "a_%03d.png is missing" in command(capsys, "gaps", tmp_path / "film.mpdproj")[2]


def test_what_is_no_project_is_refused(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "x.mpdproj").write_text("{")
    assert command(capsys, "gaps", tmp_path / "x.mpdproj")[0] == 4
    assert command(capsys, "gaps", tmp_path / "x.txt")[0] == 4


def test_fill_timeline_fills_and_hands_back_a_project(capsys: Captured, project: Path, tmp_path: Path) -> None:
    before = project.read_bytes()
    doc = as_json(capsys, "fill-timeline", project, "--out", tmp_path / "out", "--engine", "crossfade")
    assert len(doc["gaps"][0]["frames"]) == 4
    assert project.read_bytes() == before
    filled = read_project(Path(doc["project"])).timeline
    (placed,) = gaps_of(filled)
    assert placed.gap.chosen_take is not None
    assert placed.gap.chosen_take.result.frames.folder == tmp_path / "out" / "gap_01"


def test_fill_timeline_can_be_tried_dry(capsys: Captured, project: Path, tmp_path: Path) -> None:
    doc = as_json(capsys, "fill-timeline", project, "--out", tmp_path / "out", "--dry-run")
    assert doc["gaps"][0]["sheet"]["title"].startswith("gap 01:00:00:04 – 01:00:00:08 = 4 new frames")
    assert not (tmp_path / "out").exists()


def test_engines_and_doctor_answer(capsys: Captured) -> None:
    assert {"flow", "crossfade"} <= {engine["id"] for engine in as_json(capsys, "engines")["engines"]}
    findings = as_json(capsys, "doctor")["findings"]
    assert findings["mpd-studio"]
    assert findings["data folder"].startswith(os.environ["MPD_STUDIO_HOME"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are no text")
def test_a_name_of_undecodable_bytes_is_worked_with(capsys: Captured, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"lat\xe9in.png")
    still(tmp_path / "a.png").rename(odd)
    doc = as_json(capsys, "fill", odd, still(tmp_path / "b.png", 6), "--new-frames", 1, "--out", tmp_path / "out")
    assert odd.name in json.dumps(doc, ensure_ascii=False)
    assert json.loads((tmp_path / "out" / "sheet.json").read_text(encoding="utf-8")) == doc["sheet"]
    assert command(capsys, "fill", odd, "--out", tmp_path / "x")[0] == 2
