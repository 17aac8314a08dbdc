"""The fake itself: that it is as strict as Resolve is known to be."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from scenes import file_clip, generator, sequence_clip, transition, two_clips
from strict_fake.application import Resolve, connect, menu_globals
from strict_fake.world import Hang, Misuse, Quirk, World, add_media, put


def _project(world: World) -> Any:
    return Resolve(world).GetProjectManager().GetCurrentProject()


def _timeline(world: World) -> Any:
    return _project(world).GetCurrentTimeline()


def _pool(world: World) -> Any:
    return _project(world).GetMediaPool()


def _pictures(folder: Path, count: int, name: str = "new") -> dict[str, Any]:
    for number in range(1, count + 1):
        (folder / f"{name}_{number:06d}.png").write_bytes(b"picture")
    return {"FilePath": str(folder / f"{name}_%06d.png"), "StartIndex": 1, "EndIndex": count}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return two_clips(tmp_path)


def _imported(world: World, folder: Path, count: int = 12) -> Any:
    (clip,) = _pool(world).ImportMedia([_pictures(folder, count)])
    return clip


def _entry(clip: Any, **changes: Any) -> dict[str, Any]:
    entry = {"mediaPoolItem": clip, "startFrame": 0, "endFrame": 12, "mediaType": 1, "trackIndex": 1}
    return {**entry, "recordFrame": 86448, **changes}


def test_every_name_seems_to_exist_and_only_dir_tells(world: World) -> None:
    timeline: Any = _timeline(world)
    assert hasattr(timeline, "InsertEdit")
    unknown: Any = timeline.InsertEdit
    with pytest.raises(TypeError):
        unknown()
    assert unknown is None
    assert "InsertEdit" not in dir(timeline)
    assert "GetStartFrame" in dir(timeline)


def test_calls_of_later_versions_are_absent(world: World) -> None:
    assert _timeline(world).GetSelectedClips is None
    world.version = (21, 1, 0)
    assert _timeline(world).GetSelectedClips() == []
    assert "GetSelectedClips" in dir(_timeline(world))


def test_named_arguments_are_refused(world: World) -> None:
    with pytest.raises(TypeError, match="keyword"):
        _timeline(world).GetTrackCount(kind="video")


def test_calls_from_another_thread_fail_the_test(world: World) -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            Resolve(world).GetProductName()
        except Misuse as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert caught


def test_only_a_running_studio_that_allows_it_is_reached_from_outside() -> None:
    assert connect(World()) is not None
    assert connect(World(is_running=False)) is None
    assert connect(World(edition="free")) is None
    assert connect(World(preference="none")) is None


def test_the_free_edition_runs_menu_scripts_until_21_1() -> None:
    assert menu_globals(World(edition="free", version=(21, 0, 2))) is not None
    assert menu_globals(World(edition="free", version=(21, 1, 0))) is None
    assert menu_globals(World(version=(21, 1, 0))) is not None


def test_project_and_timeline_may_be_none(world: World) -> None:
    world.current = None
    assert _timeline(world) is None
    world.has_project = False
    assert _project(world) is None


def test_tracks_and_timelines_are_counted_from_one(world: World) -> None:
    timeline, project = _timeline(world), _project(world)
    assert timeline.GetItemListInTrack("video", 0) is None
    assert timeline.GetItemListInTrack("video", 2) is None
    assert timeline.GetItemListInTrack("video", -1) is None
    assert len(timeline.GetItemListInTrack("video", 1)) == 2
    assert timeline.GetTrackCount("films") == 0
    assert project.GetTimelineByIndex(0) is None
    assert project.GetTimelineByIndex(1).GetName() == "Reel 1"


def test_settings_are_texts_and_unknown_ones_empty(world: World) -> None:
    timeline, project = _timeline(world), _project(world)
    assert timeline.GetSetting("timelineFrameRate") == "24"
    assert timeline.GetSetting("nonsense") == ""
    assert isinstance(timeline.GetSetting(), dict)
    assert project.SetSetting("timelineFrameRate", 25) is False
    assert project.SetSetting("timelineFrameRate", "25") is True
    assert project.GetSetting("timelineFrameRate") == "25"


def test_a_timeline_of_29_97_may_say_29(tmp_path: Path) -> None:
    world = two_clips(tmp_path, "29.97", quirks={Quirk.TIMELINE_RATE_IS_FLOORED})
    assert _timeline(world).GetSetting("timelineFrameRate") == "29.0"
    assert _project(world).GetSetting("timelineFrameRate") == "29.97"


def test_set_may_be_ignored_and_still_say_true(world: World, tmp_path: Path) -> None:
    world.quirks = {Quirk.SET_IS_IGNORED}
    clip = _imported(world, tmp_path)
    assert clip.SetClipProperty("FPS", "25") is True
    assert clip.GetClipProperty("FPS") == "24"


def test_clip_properties_are_texts(world: World, tmp_path: Path) -> None:
    clip = _imported(world, tmp_path)
    assert clip.SetClipProperty("FPS", 25) is False
    assert clip.GetClipProperty("Frames") == "12"
    assert clip.GetClipProperty("nonsense") == ""
    assert clip.GetClipProperty()["FPS"] == "24"


@pytest.mark.parametrize(
    ("rate", "start_tc", "frame"),
    [("24", "01:00:00:00", 86400), ("23.976", "01:00:00:00", 86400), ("29.97", "01:00:00:00", 108000),
     ("29.97 DF", "01:00:00;00", 107892), ("59.94 DF", "01:00:00;00", 215784), ("25", "00:00:00:00", 0)],
)  # fmt: skip
def test_frames_are_absolute_and_nominal(tmp_path: Path, rate: str, start_tc: str, frame: int) -> None:
    timeline = _timeline(two_clips(tmp_path, rate, start_tc))
    assert timeline.GetStartFrame() == frame
    first, second = timeline.GetItemListInTrack("video", 1)
    assert first.GetStart() == frame
    assert first.GetEnd() == frame + 48, "the end is exclusive"
    assert second.GetStart() - first.GetEnd() == 12


def test_the_start_timecode_is_set_by_nominal_counting(world: World) -> None:
    assert _timeline(world).SetStartTimecode("02:00:00:00")
    assert _timeline(world).GetStartFrame() == 172800
    assert not _timeline(world).SetStartTimecode("02:00:00:24")


def test_items_are_new_objects_with_every_call(world: World) -> None:
    one, two = (_timeline(world).GetItemListInTrack("video", 1)[0] for _ in range(2))
    assert one is not two
    assert one != two
    assert one.GetUniqueId() == two.GetUniqueId()


def test_transitions_are_listed_with_nothing_to_say(world: World) -> None:
    transition(world, 86440, 8)
    generator(world, 86500 + 60, 10)
    items = _timeline(world).GetItemListInTrack("video", 1)
    by_name = {item.GetName(): item for item in items}
    assert by_name["Cross Dissolve"].GetProperty() == {}
    assert by_name["Cross Dissolve"].GetMediaPoolItem() is None
    assert by_name["Solid Color"].GetMediaPoolItem() is None
    assert by_name["Solid Color"].GetProperty() != {}


def test_what_was_deleted_answers_none(world: World) -> None:
    timeline = _timeline(world)
    item = timeline.GetItemListInTrack("video", 1)[0]
    assert timeline.DeleteClips([item], False)
    assert (item.GetStart(), item.GetName(), item.GetUniqueId()) == (None, None, "")
    assert len(timeline.GetItemListInTrack("video", 1)) == 1


def test_clips_are_deleted_on_the_edit_page_only(world: World) -> None:
    world.page = "fairlight"
    timeline = _timeline(world)
    assert timeline.DeleteClips(timeline.GetItemListInTrack("video", 1), False) is False


def test_markers_are_relative_one_a_frame_and_their_keys_floats(world: World) -> None:
    timeline = _timeline(world)
    assert timeline.AddMarker(48, "Blue", "n", "note", 1, "mine")
    assert not timeline.AddMarker(48, "Blue", "n", "note", 1, "other")
    assert not timeline.AddMarker(86448, "Blue", "n", "note", 1, "absolute")
    assert list(timeline.GetMarkers()) == [48.0]
    assert isinstance(next(iter(timeline.GetMarkers())), float)
    assert timeline.GetMarkerByCustomData("mine")["note"] == "note"
    assert timeline.DeleteMarkerByCustomData("mine")
    assert not timeline.DeleteMarkerByCustomData("mine")


def test_a_sequence_comes_as_one_clip_at_the_projects_rate(world: World, tmp_path: Path) -> None:
    world.project_settings["timelineFrameRate"] = "25"
    clip = _imported(world, tmp_path)
    assert clip.GetClipProperty("FPS") == "25"
    assert clip.GetClipProperty("Frames") == "12"
    assert clip.GetClipProperty("File Path") == str(tmp_path / "new_[000001-000012].png")


def test_import_goes_to_the_current_bin(world: World, tmp_path: Path) -> None:
    pool = _pool(world)
    target = pool.AddSubFolder(pool.GetRootFolder(), "ours")
    assert pool.AddSubFolder(pool.GetRootFolder(), "ours") is None
    pool.SetCurrentFolder(target)
    _imported(world, tmp_path)
    assert len(target.GetClipList()) == 1
    _imported(world, tmp_path)
    assert len(target.GetClipList()) == 2, "the same files again are a second clip"


@pytest.mark.parametrize("wrong", ["relative", "missing", "no pattern", "backwards", "beyond"])
def test_what_cannot_be_imported_gives_an_empty_list(world: World, tmp_path: Path, wrong: str) -> None:
    entry: dict[str, Any] = _pictures(tmp_path, 12)
    if wrong == "relative":
        entry["FilePath"] = "new_%06d.png"
    elif wrong == "missing":
        (tmp_path / "new_000005.png").unlink()
    elif wrong == "no pattern":
        entry["FilePath"] = str(tmp_path / "new_000001.png")
    elif wrong == "backwards":
        entry["StartIndex"] = 13
    else:
        entry["EndIndex"] = 13
    assert _pool(world).ImportMedia([entry]) == []
    assert _pool(world).ImportMedia([str(tmp_path / "absent.mov")]) == []
    assert _pool(world).ImportMedia([]) == []


def test_pictures_that_changed_are_shown_as_they_were(world: World, tmp_path: Path) -> None:
    clip = _imported(world, tmp_path)
    assert not clip._shows_old_pictures
    path = tmp_path / "new_000003.png"
    path.unlink()
    path.write_bytes(b"another")
    assert clip._shows_old_pictures


def test_placing_puts_half_open_frames_at_an_absolute_place(world: World, tmp_path: Path) -> None:
    (item,) = _pool(world).AppendToTimeline([_entry(_imported(world, tmp_path))])
    assert (item.GetStart(), item.GetEnd(), item.GetLeftOffset()) == (86448, 86460, 0)


def test_a_place_before_the_timeline_is_taken_without_a_word(world: World, tmp_path: Path) -> None:
    (item,) = _pool(world).AppendToTimeline([_entry(_imported(world, tmp_path), recordFrame=48)])
    assert item.GetStart() == 48


def test_without_a_place_it_goes_to_the_tracks_end(world: World, tmp_path: Path) -> None:
    entry = _entry(_imported(world, tmp_path))
    del entry["recordFrame"]
    (item,) = _pool(world).AppendToTimeline([entry])
    assert item.GetStart() == 86400 + 48 + 12 + 48


@pytest.mark.parametrize(
    "changes",
    [{"recordFrame": 86448.5}, {"endFrame": 0}, {"endFrame": 13}, {"trackIndex": 2}, {"trackIndex": 0},
     {"mediaPoolItem": None}, {"mediaType": 3}, {"speed": 1}, {"startFrame": -1}],
)  # fmt: skip
def test_one_wrong_entry_spoils_the_whole_call(world: World, tmp_path: Path, changes: dict[str, Any]) -> None:
    clip = _imported(world, tmp_path)
    entries = [_entry(clip), _entry(clip, **changes)]
    assert _pool(world).AppendToTimeline(entries) is None
    assert len(_timeline(world).GetItemListInTrack("video", 1)) == 2


def test_a_locked_track_takes_nothing(world: World, tmp_path: Path) -> None:
    world.timeline.video[0].is_locked = True
    assert _timeline(world).GetIsTrackLocked("video", 1)
    assert _pool(world).AppendToTimeline([_entry(_imported(world, tmp_path))]) is None


def test_an_occupied_place_gives_an_item_that_is_none(world: World, tmp_path: Path) -> None:
    (item,) = _pool(world).AppendToTimeline([_entry(_imported(world, tmp_path), recordFrame=86447)])
    assert (item.GetStart(), item.GetUniqueId()) == (None, "")
    assert len(_timeline(world).GetItemListInTrack("video", 1)) == 2


def test_another_rate_rounds_the_length_down(world: World, tmp_path: Path) -> None:
    clip = _imported(world, tmp_path)
    clip.SetClipProperty("FPS", "30")
    (item,) = _pool(world).AppendToTimeline([_entry(clip, endFrame=11)])
    assert item.GetDuration() == 8, "11 frames at 30 are 8.8 at 24"


def test_without_a_media_type_the_sound_comes_too(world: World, tmp_path: Path) -> None:
    clip = add_media(world, file_clip(tmp_path, "sound"))
    (silent, loud) = ({"mediaPoolItem": None, "recordFrame": at} for at in (90000, 91000))
    shown = next(c for c in _pool(world).GetRootFolder().GetClipList() if c.GetUniqueId() == clip.uid)
    silent.update(mediaPoolItem=shown, mediaType=1)
    loud.update(mediaPoolItem=shown)
    _pool(world).AppendToTimeline([silent])
    assert world.timeline.audio[0].items == []
    _pool(world).AppendToTimeline([loud])
    assert len(world.timeline.audio[0].items) == 1


def test_a_still_needs_a_folder_a_known_kind_and_a_page_with_a_picture(world: World, tmp_path: Path) -> None:
    project = _project(world)
    assert not project.ExportCurrentFrameAsStill(str(tmp_path / "none" / "a.png"))
    assert not project.ExportCurrentFrameAsStill(str(tmp_path / "a.webp"))
    assert not project.ExportCurrentFrameAsStill("a.png")
    world.page = "media"
    assert not project.ExportCurrentFrameAsStill(str(tmp_path / "a.png"))
    world.page = "edit"
    assert project.ExportCurrentFrameAsStill(str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    world.quirks = {Quirk.STILL_IS_NOT_WRITTEN}
    assert project.ExportCurrentFrameAsStill(str(tmp_path / "b.png"))
    assert not (tmp_path / "b.png").exists()


def test_the_still_shows_what_is_at_the_playhead(world: World, tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    for frame, expected in ((86447, [0, 57, 250]), (86460, [0, 10, 20]), (86450, [0, 0, 0])):
        world.timeline.playhead = frame
        _project(world).ExportCurrentFrameAsStill(str(tmp_path / "a.png"))
        assert cv2.imread(str(tmp_path / "a.png"))[3, 5].tolist() == expected


def test_the_playhead_moves_by_absolute_timecode_on_pages_that_have_one(world: World) -> None:
    timeline = _timeline(world)
    assert timeline.SetCurrentTimecode("01:00:01:00")
    assert timeline.GetCurrentTimecode() == "01:00:01:00"
    assert not timeline.SetCurrentTimecode("00:00:01:00")
    assert not timeline.SetCurrentTimecode("02:00:00:00")
    world.page = "fusion"
    timeline.SetCurrentTimecode("01:00:00:00")
    assert timeline.GetCurrentTimecode() == "01:00:01:00"


def test_drop_frame_labels_need_their_mark(tmp_path: Path) -> None:
    timeline = _timeline(two_clips(tmp_path, "29.97 DF", "01:00:00;00"))
    assert not timeline.SetCurrentTimecode("01:00:01:00")
    assert timeline.SetCurrentTimecode("01:00:01;00")


def test_saving_an_untitled_project_fails_or_never_ends(world: World) -> None:
    world.project_name = "Untitled Project"
    manager = Resolve(world).GetProjectManager()
    assert manager.SaveProject() is False
    world.is_headless = True
    with pytest.raises(Hang):
        manager.SaveProject()


def test_what_was_placed_may_be_lost_on_saving(world: World, tmp_path: Path) -> None:
    world.quirks = {Quirk.PLACED_IS_LOST_ON_SAVE}
    _pool(world).AppendToTimeline([_entry(_imported(world, tmp_path))])
    assert len(_timeline(world).GetItemListInTrack("video", 1)) == 3
    assert Resolve(world).GetProjectManager().SaveProject() is True
    assert len(_timeline(world).GetItemListInTrack("video", 1)) == 2


def test_a_sequence_on_the_timeline_has_its_span_in_its_path(world: World, tmp_path: Path) -> None:
    put(world, 2, 86400, add_media(world, sequence_clip(tmp_path, "shot", 30)), 20)
    (item,) = _timeline(world).GetItemListInTrack("video", 2)
    assert item.GetMediaPoolItem().GetClipProperty("File Path").endswith("shot_[0101-0130].png")
