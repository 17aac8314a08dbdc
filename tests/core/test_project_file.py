from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from timelines import everything, media, two_clips_and_a_gap

from mpd_studio.core.errors import OutputError, ProjectError
from mpd_studio.core.migrations import VERSION, migrate
from mpd_studio.core.project_file import NewerProject, backup_path, read_project, write_project
from mpd_studio.core.project_json import encode
from mpd_studio.core.timeline import Foreign, Gap, Timeline

GOLDEN = Path(__file__).parent / "golden" / "project_v1.json"


def test_everything_survives_a_round_trip(tmp_path: Path) -> None:
    write_project(tmp_path / "film.mpdproj", everything())
    opened = read_project(tmp_path / "film.mpdproj")
    assert opened.timeline == everything()
    assert opened.notes == ()


def test_version_1_is_read_as_it_was_first_written(tmp_path: Path) -> None:
    doc = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert encode(everything(), 1, Path("/projects/film")) == doc
    shutil.copy(GOLDEN, tmp_path / "film.mpdproj")
    moved = read_project(tmp_path / "film.mpdproj").timeline
    assert moved.media[0].path == tmp_path / "media/a.mov"  # media beside the project move with it


def test_a_name_of_undecodable_bytes_is_kept(tmp_path: Path) -> None:
    odd = replace(media(), path=tmp_path / os.fsdecode(b"lat\xe9in.mov"))
    write_project(tmp_path / "p.mpdproj", Timeline(media=(odd,)))
    assert read_project(tmp_path / "p.mpdproj").timeline.media == (odd,)


def test_paths_outside_the_project_folder_stay_absolute(tmp_path: Path) -> None:
    outside = replace(media(), path=PurePosixPath("/elsewhere/ü b.mov"))
    timeline = Timeline(media=(outside, replace(media(), path=tmp_path / "in.mov")))
    write_project(tmp_path / "p.mpdproj", timeline)
    doc = json.loads((tmp_path / "p.mpdproj").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in doc["media"].values()] == ["/elsewhere/ü b.mov", "in.mov"]
    assert read_project(tmp_path / "p.mpdproj").timeline == timeline


def test_a_damaged_file_opens_as_its_last_good_save(tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, two_clips_and_a_gap())
    write_project(path, everything())
    path.write_bytes(path.read_bytes()[:300])
    opened = read_project(path)
    assert opened.timeline == two_clips_and_a_gap()
    assert "save before" in opened.notes[0]


def test_saving_over_a_damaged_file_keeps_the_good_backup(tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, two_clips_and_a_gap())
    write_project(path, everything())
    good = backup_path(path).read_bytes()
    path.write_text("{")
    write_project(path, everything())
    assert backup_path(path).read_bytes() == good


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged"),
        (b"\x00\xff", "damaged"),
        (b"[1, 2]", "not a project"),
        (b'{"format": "other"}', "not a project"),
        (b'{"format": "mpd-studio project"}', "no version"),
        (b'{"format": "mpd-studio project", "version": 1, "timeline": {"rate": "fast"}}', "rate"),
        (b"[" * 100_000, "damaged"),
    ],
)
def test_what_is_no_project_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "film.mpdproj"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match=words):
        read_project(path)


def test_a_newer_project_is_refused_even_with_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, everything())
    write_project(path, everything())
    path.write_text(json.dumps({"format": "mpd-studio project", "version": VERSION + 1}))
    with pytest.raises(NewerProject, match="newer version"):
        read_project(path)


def test_a_missing_project_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project"):
        read_project(tmp_path / "film.mpdproj")


def damaged(tmp_path: Path, change: object) -> tuple[Timeline, tuple[str, ...]]:
    path = tmp_path / "film.mpdproj"
    write_project(path, everything())
    doc = json.loads(path.read_text(encoding="utf-8"))
    change(doc)  # type: ignore[operator]  # a lambda of the test below
    path.write_text(json.dumps(doc))
    opened = read_project(path)
    return opened.timeline, opened.notes


def test_one_bad_entry_costs_itself_alone(tmp_path: Path) -> None:
    timeline, notes = damaged(
        tmp_path, lambda doc: doc["timeline"]["tracks"][0]["items"][0].update(source_range={"start": "x", "length": 20})
    )
    assert timeline.tracks[0].items[0] == Foreign(20, "unreadable clip", timeline.tracks[0].items[0].payload)  # type: ignore[union-attr]  # it is a Foreign
    assert timeline.tracks[0].items[1:] == everything().tracks[0].items[1:]
    assert len(notes) == 1


def test_a_bad_take_leaves_the_gap_and_the_other_take(tmp_path: Path) -> None:
    timeline, notes = damaged(
        tmp_path, lambda doc: doc["timeline"]["tracks"][0]["items"][1]["takes"][0].update(result=7)
    )
    gap = timeline.tracks[0].items[1]
    assert isinstance(gap, Gap)
    assert [take.id for take in gap.takes] == ["t2"]
    assert gap.guidance == everything().tracks[0].items[1].guidance  # type: ignore[union-attr]  # it is a Gap
    assert "take" in notes[0]


def test_bad_guidance_leaves_the_takes(tmp_path: Path) -> None:
    timeline, notes = damaged(
        tmp_path, lambda doc: doc["timeline"]["tracks"][0]["items"][1]["guidance"]["paths"][0].update(radius="wide")
    )
    gap = timeline.tracks[0].items[1]
    assert isinstance(gap, Gap)
    assert len(gap.takes) == 2
    assert gap.guidance.is_empty
    assert notes


def test_a_lost_media_entry_leaves_placeholders(tmp_path: Path) -> None:
    timeline, notes = damaged(tmp_path, lambda doc: doc["media"].pop("m1"))
    assert timeline.length == everything().length
    assert isinstance(timeline.tracks[0].items[0], Foreign)
    assert notes


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may write"):
        write_project(tmp_path / "film.mpdproj", everything())


def test_a_failing_save_leaves_the_old_file_and_no_debris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, two_clips_and_a_gap())
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="Free some space"):
        write_project(path, everything(), keep_backup=False)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mpdproj"]


def test_steps_of_a_migration_run_one_after_the_other() -> None:
    steps = {1: lambda doc: {**doc, "a": 1}, 2: lambda doc: {**doc, "b": doc["a"] + 1}}
    assert migrate({"version": 1}, steps) == {"version": 3, "a": 1, "b": 2}


@pytest.mark.parametrize(
    "timeline",
    [
        5,
        [1],
        {"media": 5, "unplaced": 5},
        {"media": [[1]]},
        {"rate": "-24"},
        {"tracks": [5, {"items": 5}, {"name": 3, "items": [5, None, []]}]},
        {
            "tracks": [
                {"items": [{"kind": ["x"]}, {"kind": "gap", "length": -3}, {"kind": "gap", "id": 5, "length": 3}]}
            ]
        },
        {"tracks": [{"items": [{"kind": "gap", "id": "g", "length": True}, {"kind": "clip", "media": ["a"]}]}]},
        {"tracks": [{"items": [{"kind": "gap", "id": "g", "length": 3, "guidance": 7, "takes": 7}]}]},
    ],
)
def test_whatever_is_damaged_is_told_and_never_a_crash(tmp_path: Path, timeline: object) -> None:
    path = tmp_path / "p.mpdproj"
    path.write_text(json.dumps({"format": "mpd-studio project", "version": 1, "media": 5, "timeline": timeline}))
    if isinstance(timeline, dict) and "rate" not in timeline:
        write_project(tmp_path / "again.mpdproj", read_project(path).timeline)
        return
    with pytest.raises(ProjectError, match="damaged"):
        read_project(path)


def test_a_gap_that_cannot_be_read_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "p.mpdproj"
    body = {"tracks": [{"name": "V1", "items": [{"kind": "gap", "id": 5, "length": 3}]}]}
    path.write_text(json.dumps({"format": "mpd-studio project", "version": 1, "timeline": body}))
    opened = read_project(path)
    assert [item.length for item in opened.timeline.tracks[0].items] == [3]
    assert "placeholder" in opened.notes[0]


def test_a_save_after_one_that_failed_leaves_nothing_beside_the_backup(tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="one"))
    backup_path(path).hardlink_to(path)  # as a save leaves it that failed for want of room
    write_project(path, Timeline(name="two"))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["film.mpdproj", "film.mpdproj.bak"]
    assert read_project(backup_path(path)).timeline.name == "one"
