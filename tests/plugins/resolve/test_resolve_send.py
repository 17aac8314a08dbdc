"""Send gap, against the strict fake."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scenes import file_clip, generator, sequence_clip, transition, two_clips
from strict_fake.application import Resolve, menu_globals
from strict_fake.world import Media, PoolClip, Quirk, TimelineState, Track, World, add_media, put

Module = Callable[[str], Any]


def _send(bridge: Module, world: World, jobs: Path, mode: str = "auto") -> list[dict[str, Any]]:
    opened = bridge("host").open_timeline(Resolve(world))
    sent = bridge("send").send(opened, str(jobs), mode)
    return [json.loads((Path(folder) / "request.json").read_text("utf-8")) for folder, _ in sent]


def _refused(bridge: Module, world: World, jobs: Path, code: str, mode: str = "auto") -> Any:
    with pytest.raises(bridge("job_folder.errors").BridgeError) as caught:
        _send(bridge, world, jobs, mode)
    assert caught.value.code == code
    assert list(jobs.iterdir()) == [], "no job is left behind"
    return caught.value


def _first_clip(world: World) -> PoolClip:
    clip = world.timeline.video[0].items[0].clip
    assert clip is not None
    return clip


def test_the_gap_under_the_playhead_with_both_frames_from_their_files(
    bridge: Module, tmp_path: Path, jobs: Path
) -> None:
    world = two_clips(tmp_path, "23.976")
    (request,) = _send(bridge, world, jobs)
    assert request["rate"] == {"num": 24000, "den": 1001, "drop": False, "nominal": 24}
    gap = request["gap"]
    first, second = world.timeline.video[0].items
    assert (gap["track"], gap["first"], gap["count"]) == (1, 86448, 12)
    assert gap["before"] == {"frame": 86447, "item_uid": first.uid}
    assert gap["after"] == {"frame": 86460, "item_uid": second.uid}
    before, after = request["frames"]["before"], request["frames"]["after"]
    assert request["frames"]["mode"] == "source"
    assert before["path"] == str(tmp_path / "A café.mov")
    assert (before["index"], after["index"]) == (57, 10), "ten frames of handle before the first visible one"
    assert (before["bit_depth"], before["alpha"]) == (10, "none")
    assert request["color"]["host_space"] == "Rec.709 Gamma 2.4"
    assert request["want"]["placement"] == "same_track"
    assert request["host"]["edition"] == "studio"
    assert request["host"]["timeline_uid"] == world.timeline.uid
    assert request["timeline"]["start_tc"] == "01:00:00:00"
    assert (request["timeline"]["width"], request["timeline"]["height"]) == (64, 36)


@pytest.mark.parametrize(
    ("rate", "start_tc"),
    [("24", "00:00:00:00"), ("25", "10:00:00:00"), ("29.97", "01:00:00:00"), ("29.97 DF", "01:00:00;00"),
     ("50", "01:00:00:00"), ("59.94 DF", "01:00:00;00"), ("23.976", "01:00:00:00")],
)  # fmt: skip
def test_every_rate_and_start(bridge: Module, tmp_path: Path, jobs: Path, rate: str, start_tc: str) -> None:
    world = two_clips(tmp_path, rate, start_tc, gap=1)
    (request,) = _send(bridge, world, jobs)
    assert request["gap"]["first"] == world.timeline.start_frame + 48
    assert request["gap"]["count"] == 1
    assert request["rate"]["drop"] == rate.endswith("DF")
    assert request["frames"]["mode"] == "source"


def test_a_timeline_that_says_29_is_29_97(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path, "29.97", quirks={Quirk.TIMELINE_RATE_IS_FLOORED})
    (request,) = _send(bridge, world, jobs)
    assert (request["rate"]["num"], request["rate"]["den"]) == (30000, 1001)


def test_without_a_gap_at_the_playhead_the_selection_is_taken_then_the_marks(
    bridge: Module, tmp_path: Path, jobs: Path
) -> None:
    world = two_clips(tmp_path, version=(21, 0, 2))
    world.timeline.playhead = 86410
    third = add_media(world, file_clip(tmp_path, "C"))
    put(world, 1, 86400 + 120, third, 20)
    world.timeline.marks = {"video": {"in": 86440, "out": 86600}, "audio": {}}
    assert [r["gap"]["first"] for r in _send(bridge, world, jobs)] == [86448, 86508]
    world.timeline.selected = [item.uid for item in world.timeline.video[0].items[1:]]
    assert [r["gap"]["first"] for r in _send(bridge, world, jobs)] == [86508]


def test_marks_that_count_from_the_timelines_beginning(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    world.timeline.playhead = 86410
    world.timeline.marks = {"video": {"in": 48, "out": 59}}
    assert [r["gap"]["first"] for r in _send(bridge, world, jobs)] == [86448]
    world.timeline.marks = {"video": {"in": 48, "out": 58}}
    _refused(bridge, world, jobs_of(tmp_path), "NO_GAP")


def jobs_of(tmp_path: Path) -> Path:
    folder = tmp_path / "other jobs"
    folder.mkdir()
    return folder


def test_no_gap_anywhere(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    world.timeline.playhead = 86410
    assert "playhead" in _refused(bridge, world, jobs, "NO_GAP").message


def test_nothing_open(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    world.current = None
    _refused(bridge, world, jobs, "NO_TIMELINE")
    world.has_project = False
    _refused(bridge, world, jobs, "NO_PROJECT")


def test_an_image_sequence_is_named_by_its_file(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    clip = add_media(world, sequence_clip(tmp_path, "shot", 100))
    world.timeline.video[0].items.pop(0)
    put(world, 1, 86400, clip, 48, 5)
    (request,) = _send(bridge, world, jobs)
    assert request["frames"]["before"]["path"] == str(tmp_path / "shot_0153.png")
    assert request["frames"]["before"]["index"] == 0


def test_a_missing_file_of_a_sequence_is_offline(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    clip = add_media(world, sequence_clip(tmp_path, "shot", 100))
    world.timeline.video[0].items.pop(0)
    put(world, 1, 86400, clip, 48, 5)
    (tmp_path / "shot_0153.png").unlink()
    assert _refused(bridge, world, jobs, "UNSUPPORTED_CLIP").detail["reason"] == "offline"


def test_offline_media_is_refused_by_name(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    (tmp_path / "B café.mov").unlink()
    error = _refused(bridge, world, jobs, "UNSUPPORTED_CLIP")
    assert error.detail["reason"] == "offline"
    assert "B café.mov" in error.message


def test_a_transition_at_the_edge_is_refused(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    transition(world, 86440, 8)
    error = _refused(bridge, world, jobs, "UNSUPPORTED_CLIP")
    assert error.detail["reason"] == "transition"
    assert "Cross Dissolve" in error.message


def test_a_transition_elsewhere_is_no_matter(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    transition(world, 86400, 8)
    assert _send(bridge, world, jobs)[0]["gap"]["count"] == 12


def test_a_disabled_clip_in_the_gap_does_not_end_it(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    put(world, 1, 86450, add_media(world, file_clip(tmp_path, "off")), 4, is_enabled=False)
    assert _send(bridge, world, jobs)[0]["gap"]["count"] == 12


def _retime(world: World, tmp_path: Path) -> None:
    world.timeline.video[0].items[0].source = (10, 106)


def _other_rate(world: World, tmp_path: Path) -> None:
    _first_clip(world).media.fps = "30"


def _zoomed(world: World, tmp_path: Path) -> None:
    world.timeline.video[0].items[0].properties["ZoomX"] = 1.2


def _with_fusion(world: World, tmp_path: Path) -> None:
    world.timeline.video[0].items[0].fusion_comps = 1


def _compound(world: World, tmp_path: Path) -> None:
    world.timeline.video[0].items[0].clip = add_media(world, Media("", 100, type="Compound"))


def _generated(world: World, tmp_path: Path) -> None:
    world.timeline.video[0].items.pop(0)
    generator(world, 86400, 48)


def _beyond(world: World, tmp_path: Path) -> None:
    _first_clip(world).media.frames = 30


@pytest.mark.parametrize("change", [_retime, _other_rate, _zoomed, _with_fusion, _compound, _generated, _beyond])
def test_what_its_file_does_not_show_is_sent_as_seen(
    bridge: Module, tmp_path: Path, jobs: Path, change: Callable[[World, Path], None]
) -> None:
    cv2 = pytest.importorskip("cv2")
    world = two_clips(tmp_path)
    change(world, tmp_path)
    _refused(bridge, world, jobs, "UNSUPPORTED_CLIP", "source")
    world.page, playhead = "color", world.timeline.playhead
    (request,) = _send(bridge, world, jobs)
    assert request["frames"]["mode"] == "as_seen"
    assert request["frames"]["before"] == {"path": "frames/A.png", "index": 0, "bit_depth": 8, "alpha": "none"}
    assert request["want"]["placement"] == "track_above"
    assert request["color"]["reference"] == "display"
    assert (world.page, world.timeline.playhead) == ("color", playhead), "everything is as it was"
    after = cv2.imread(str(jobs / request["job_id"] / "frames" / "B.png"))
    assert after.shape == (36, 64, 3)
    assert after[3, 5].tolist() == [0, 10, 20], "the first frame after the gap"


def test_as_seen_on_demand_shows_the_two_frames_at_the_gap(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    world = two_clips(tmp_path, "29.97 DF", "01:00:00;00", quirks={Quirk.STILL_IS_DEEP})
    (request,) = _send(bridge, world, jobs, "as_seen")
    folder = jobs / request["job_id"] / "frames"
    assert request["frames"]["before"]["bit_depth"] == 16
    pixel = cv2.imread(str(folder / "A.png"), cv2.IMREAD_UNCHANGED)[0, 0]
    assert (pixel // 257).tolist() == [0, 57, 250]


@pytest.mark.parametrize("quirk", [Quirk.STILL_IS_NOT_WRITTEN, Quirk.PLAYHEAD_STAYS])
def test_a_still_that_is_none_is_noticed(bridge: Module, tmp_path: Path, jobs: Path, quirk: Quirk) -> None:
    world = two_clips(tmp_path, quirks={quirk})
    playhead = world.timeline.playhead
    world.page = "color"
    _refused(bridge, world, jobs, "STILL_EXPORT_FAILED", "as_seen")
    assert (world.page, world.timeline.playhead) == ("color", playhead)


def test_a_jobs_folder_that_cannot_be_written(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    with pytest.raises(bridge("job_folder.errors").BridgeError) as caught:
        _send(bridge, two_clips(tmp_path), file / "jobs")
    assert caught.value.code == "NOT_WRITABLE"


def test_an_empty_track_and_a_second_timeline_are_no_matter(bridge: Module, tmp_path: Path, jobs: Path) -> None:
    world = two_clips(tmp_path)
    world.timeline.video.append(Track())
    world.timelines.append(TimelineState("other", "Reel 2", 0, "00:00:00:00", dict(world.timeline.settings)))
    assert _send(bridge, world, jobs)[0]["host"]["timeline"] == "Reel 1"


@pytest.mark.parametrize("version", [(18, 1, 4), (20, 3, 2), (21, 1, 0)])
def test_the_menu_sends_and_says_so(
    bridge: Module, installed: Path, tmp_path: Path, jobs: Path, version: tuple[int, int, int],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("MPD_STUDIO_BRIDGE_QUIET", "1")
    monkeypatch.setattr(bridge("menu"), "jobs_folder", lambda: str(jobs))
    injected = menu_globals(two_clips(tmp_path, version=version))
    said = bridge("menu").send_gap(injected)
    assert "12 frames at 01:00:02:00, from the clips' files." in said[0]
    assert "has not been started" in said[1]
    assert said[0] in capsys.readouterr().out
    assert "12 frames" in (jobs.parent / "resolve.log").read_text("utf-8")
    assert len(list(jobs.iterdir())) == 1


def test_the_menu_without_access_points_to_the_other_way(
    bridge: Module, jobs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPD_STUDIO_BRIDGE_QUIET", "1")
    monkeypatch.setattr(bridge("menu"), "jobs_folder", lambda: str(jobs))
    assert "Folder for DaVinci Resolve" in bridge("menu").send_gap({})[0]


def test_a_fault_of_ours_in_the_menu_is_logged(
    bridge: Module, tmp_path: Path, jobs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPD_STUDIO_BRIDGE_QUIET", "1")
    monkeypatch.setattr(bridge("menu"), "jobs_folder", lambda: str(jobs))
    world = two_clips(tmp_path)
    world.project_settings.clear()
    world.timeline.settings["timelineResolutionWidth"] = world.timeline.settings["timelineResolutionHeight"] = ""
    assert "resolution" in bridge("menu").send_gap(menu_globals(world))[0]
    monkeypatch.setattr(bridge("menu"), "send", lambda *_: 1 / 0)
    said = bridge("menu").send_gap(menu_globals(two_clips(tmp_path)))
    assert str(jobs.parent / "resolve.log") in said[0]
    assert "ZeroDivisionError" in (jobs.parent / "resolve.log").read_text("utf-8")


@pytest.mark.parametrize("entry", ["1 Send gap.py", "2 Place results.py"])
def test_the_entries_of_the_menu_run_as_they_are_installed(
    installed: Path, tmp_path: Path, entry: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MPD_STUDIO_BRIDGE_QUIET", "1")
    monkeypatch.setattr("sys.path", list(sys.path))
    injected = menu_globals(two_clips(tmp_path))
    runpy.run_path(str(installed / entry), init_globals=injected)
    expected = "12 frames at" if entry.startswith("1") else "no finished gap"
    assert expected in capsys.readouterr().out


def test_a_script_that_is_not_told_where_it_lies_finds_its_package(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Resolve runs the menu's scripts without `__file__`."""
    source = compile((installed / "2 Place results.py").read_text("utf-8"), "<string>", "exec")
    scripts = tmp_path / ".local/share/DaVinciResolve/Fusion/Scripts/Utility"
    for name in ("HOME", "APPDATA", "PROGRAMDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("MPD_STUDIO_BRIDGE_QUIET", "1")
    monkeypatch.setattr("sys.argv", [""])
    monkeypatch.setattr("sys.path", list(sys.path))
    injected = menu_globals(two_clips(tmp_path))
    assert injected is not None
    exec(source, {"__name__": "__main__", **injected})
    assert "not complete" in capsys.readouterr().out
    scripts.mkdir(parents=True)
    (scripts / "mpd studio").symlink_to(installed)
    exec(source, {"__name__": "__main__", **injected})
    assert "no finished gap" in capsys.readouterr().out
