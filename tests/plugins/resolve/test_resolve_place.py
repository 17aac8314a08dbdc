"""Place result, against the strict fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scenes import file_clip, two_clips
from strict_fake.application import Resolve, menu_globals
from strict_fake.world import Placed, Quirk, TimelineState, Track, World, add_media, put

Module = Callable[[str], Any]
Finish = Callable[..., Path]


class Desk:
    """A fake Resolve with one gap that was sent and filled."""

    def __init__(self, bridge: Module, world: World, jobs: Path, finish: Finish, mode: str = "auto") -> None:
        self.bridge, self.world, self.jobs, self.finish = bridge, world, jobs, finish
        opened = bridge("host").open_timeline(Resolve(world))
        ((folder, _),) = bridge("send").send(opened, str(jobs), mode)
        self.job = Path(folder)
        self.before = self.items()
        world.calls.clear()

    def items(self, track: int = 1) -> list[tuple[str, int, int]]:
        tracks = self.world.timeline.video
        return [(i.uid, i.start, i.stop) for i in tracks[track - 1].items] if track <= len(tracks) else []

    def place(self, **how: bool) -> Any:
        return self.bridge("placing").place(Resolve(self.world), str(self.job), **how)

    def refused(self, code: str, **how: bool) -> Any:
        with pytest.raises(self.bridge("job_folder.errors").BridgeError) as caught:
            self.place(**how)
        assert caught.value.code == code
        return caught.value

    @property
    def receipt(self) -> dict[str, Any]:
        return json.loads((self.job / "receipt.json").read_text("utf-8"))

    def ours(self) -> list[Placed]:
        every = [item for track in self.world.timeline.video for item in track.items]
        return [item for item in every if item.clip and item.clip.media.path.startswith(str(self.job))]


@pytest.fixture
def desk(bridge: Module, tmp_path: Path, jobs: Path, finish: Finish) -> Callable[..., Desk]:
    def build(world: World | None = None, mode: str = "auto", **scene: Any) -> Desk:
        return Desk(bridge, world or two_clips(tmp_path, **scene), jobs, finish, mode)

    return build


def test_the_frames_stand_in_the_gap_and_nothing_else_has_moved(desk: Callable[..., Desk]) -> None:
    d = desk()
    folder = d.finish(d.job)
    placed = d.place()
    (item,) = d.ours()
    assert (item.start, item.stop) == (86448, 86460)
    assert item.uid == placed.item_uid
    assert (placed.track, placed.start, placed.count, placed.is_new) == (1, 86448, 12, True)
    assert [entry for entry in d.items() if entry[0] != item.uid] == d.before
    assert item.color == "Teal"
    assert d.world.timeline.audio[0].items == []
    marker = d.world.timeline.markers[48]
    assert marker["customData"] == f"mpd:{d.job.name}"
    assert d.receipt["state"] == "placed"
    assert d.receipt["placed"]["media_path"] == str(folder / "Reel_1_86448_[000001-000012].png")
    assert d.world.saves == 0, "the project is saved only when that is wished"


def test_the_new_clip_lies_in_our_bin_and_reads_like_its_neighbour(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    elsewhere = d.world.root
    d.place()
    (bin_,) = d.world.root.folders
    assert bin_.name == "mpd studio"
    assert [folder.name for folder in bin_.folders] == ["Reel 1"]
    (clip,) = bin_.folders[0].clips
    assert clip.media.properties["Input Color Space"] == "Rec.709 Gamma 2.4"
    assert d.world.current_folder is elsewhere, "the bin that was open is open again"


@pytest.mark.parametrize(
    ("rate", "start_tc"),
    [("23.976", "01:00:00:00"), ("25", "00:00:00:00"), ("29.97 DF", "01:00:00;00"), ("59.94 DF", "10:00:00;00")],
)
def test_a_timeline_of_another_rate_than_the_project(
    desk: Callable[..., Desk], tmp_path: Path, rate: str, start_tc: str
) -> None:
    world = two_clips(tmp_path, rate, start_tc)
    world.project_settings["timelineFrameRate"] = "24"
    d = desk(world)
    d.finish(d.job)
    placed = d.place()
    assert (placed.start, placed.count) == (world.timeline.start_frame + 48, 12)
    (item,) = d.ours()
    assert item.clip is not None
    assert item.clip.media.fps == rate.split()[0]


def test_placing_again_changes_nothing(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    first = d.place()
    state = (d.items(), len(d.world.pool_clips()), dict(d.world.timeline.markers))
    again = d.place()
    assert not again.is_new
    assert again.item_uid == first.item_uid
    assert (d.items(), len(d.world.pool_clips()), dict(d.world.timeline.markers)) == state


def test_a_lost_marker_and_receipt_come_back_without_a_second_clip(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    d.place()
    d.world.timeline.markers.clear()
    (d.job / "receipt.json").unlink()
    assert not d.place().is_new
    assert len(d.ours()) == 1
    assert d.receipt["state"] == "placed"
    assert len(d.world.timeline.markers) == 1


def test_a_new_revision_lies_above_the_older_one(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    d.place()
    for revision, track in ((2, 2), (3, 3)):
        d.finish(d.job, revision)
        placed = d.place()
        assert (placed.track, placed.revision, placed.start) == (track, revision, 86448)
    assert [item.start for item in d.ours()] == [86448] * 3
    assert len(d.world.timeline.markers) == 1
    assert "revision 3" in next(iter(d.world.timeline.markers.values()))["note"]


def test_what_stands_in_the_gap_is_not_touched(desk: Callable[..., Desk], tmp_path: Path) -> None:
    d = desk()
    d.finish(d.job)
    put(d.world, 1, 86450, add_media(d.world, file_clip(tmp_path, "new")), 4)
    before = d.items()
    error = d.refused("GAP_CHANGED")
    assert "Send it again" in error.message
    assert d.items() == before
    assert d.receipt["error"]["code"] == "GAP_CHANGED"
    assert d.world.pool_clips() == [c for c in d.world.pool_clips() if c.media.type != "Video"], "nothing imported"
    placed = d.place(force=True)
    assert placed.track == 2
    assert d.items() == before


def test_a_disabled_clip_in_the_gap_is_not_overwritten(desk: Callable[..., Desk], tmp_path: Path) -> None:
    world = two_clips(tmp_path)
    put(world, 1, 86450, add_media(world, file_clip(tmp_path, "off")), 4, is_enabled=False)
    d = desk(world)
    d.finish(d.job)
    before = d.items()
    assert d.place().track == 2
    assert d.items() == before


def _shorter(world: World) -> None:
    world.timeline.video[0].items[1].start -= 2


def _moved(world: World) -> None:
    for item in world.timeline.video[0].items:
        item.start, item.stop = item.start + 5, item.stop + 5


def _replaced(world: World) -> None:
    world.timeline.video[0].items[0].uid = "another"


def _removed(world: World) -> None:
    world.timeline.video[0].items.pop()


@pytest.mark.parametrize("change", [_shorter, _moved, _replaced, _removed])
def test_a_gap_that_changed_is_refused(desk: Callable[..., Desk], change: Callable[[World], None]) -> None:
    d = desk()
    d.finish(d.job)
    change(d.world)
    before = d.items()
    d.refused("GAP_CHANGED")
    assert d.items() == before


def test_as_seen_frames_go_above_so_that_they_are_not_graded_twice(desk: Callable[..., Desk]) -> None:
    d = desk(mode="as_seen")
    d.finish(d.job)
    assert d.place().track == 2
    assert d.items() == d.before


def test_a_free_track_above_is_used_and_a_locked_one_is_not(desk: Callable[..., Desk], tmp_path: Path) -> None:
    world = two_clips(tmp_path)
    world.timeline.video += [Track(is_locked=True), Track(), Track()]
    d = desk(world, mode="as_seen")
    d.finish(d.job)
    assert d.place().track == 3
    assert len(world.timeline.video) == 4


def test_no_track_to_be_had(desk: Callable[..., Desk]) -> None:
    d = desk(mode="as_seen", quirks={Quirk.NO_NEW_TRACKS})
    d.finish(d.job)
    d.refused("SPAN_OCCUPIED")
    assert d.ours() == []


def test_a_locked_track_is_named(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    d.world.timeline.video[0].is_locked = True
    assert "track 1" in d.refused("TRACK_LOCKED").message
    assert d.items() == d.before


def test_an_item_that_never_came_to_be_is_noticed(desk: Callable[..., Desk]) -> None:
    d = desk(quirks={Quirk.APPEND_DOES_NOTHING})
    d.finish(d.job)
    d.refused("PLACE_UNVERIFIED")
    assert d.receipt["state"] == "failed"
    assert d.items() == d.before
    assert all(not clip.media.path.startswith(str(d.job)) for clip in d.world.pool_clips()), "nothing is left behind"
    d.world.quirks.clear()
    assert d.place().count == 12, "and it can be tried again"


def test_a_rate_that_is_not_taken_is_noticed_before_anything_is_placed(
    desk: Callable[..., Desk], tmp_path: Path
) -> None:
    world = two_clips(tmp_path, "23.976", quirks={Quirk.SET_IS_IGNORED})
    world.project_settings["timelineFrameRate"] = "25"
    d = desk(world)
    d.finish(d.job)
    error = d.refused("RATE_MISMATCH")
    assert "25" in error.message
    assert "23.976" in error.message
    assert d.items() == d.before
    assert all(not clip.media.path.startswith(str(d.job)) for clip in world.pool_clips()), "taken out of the pool"


def test_a_color_space_that_is_not_taken_is_told(desk: Callable[..., Desk]) -> None:
    d = desk(quirks={Quirk.SET_IS_IGNORED})
    d.finish(d.job)
    assert "Input Color Space" in d.place().notes[0]


def test_single_pictures_are_refused_with_the_way_out(desk: Callable[..., Desk]) -> None:
    d = desk(quirks={Quirk.SHOW_INDIVIDUAL_FRAMES})
    d.finish(d.job)
    assert "Show Individual Frames" in d.refused("IMPORT_EMPTY").message
    assert all(not clip.media.path.startswith(str(d.job)) for clip in d.world.pool_clips())


def test_a_timeline_that_changed_its_rate(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    d.world.timeline.settings["timelineFrameRate"] = "25"
    d.refused("RATE_MISMATCH")


def test_the_timeline_it_came_from_is_made_current(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    settings = dict(d.world.timeline.settings)
    d.world.timelines.append(TimelineState("other", "Reel 2", 0, "00:00:00:00", settings))
    d.world.current = 1
    assert d.place().start == 86448
    assert d.world.current == 0


def test_a_timeline_that_is_gone(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    d.world.timeline.uid = "another"
    assert "not in the open project" in d.refused("NO_TIMELINE").message


def test_saving_reads_back_once_more(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    assert d.place(save=True).count == 12
    assert d.world.saves == 1


def test_a_placement_that_is_lost_on_saving_is_noticed(desk: Callable[..., Desk]) -> None:
    d = desk(quirks={Quirk.PLACED_IS_LOST_ON_SAVE})
    d.finish(d.job)
    d.refused("PLACE_UNVERIFIED", save=True)
    assert d.receipt["state"] == "failed"


@pytest.mark.parametrize("is_headless", [False, True])
def test_an_untitled_project_is_not_saved(desk: Callable[..., Desk], is_headless: bool) -> None:
    d = desk(project_name="Untitled Project", is_headless=is_headless)
    d.finish(d.job)
    assert "by hand" in d.refused("NO_PROJECT", save=True).message
    assert len(d.ours()) == 1, "the frames are placed all the same"


def test_frames_that_were_damaged_are_not_placed(desk: Callable[..., Desk]) -> None:
    d = desk()
    folder = d.finish(d.job)
    (folder / "Reel_1_86448_000003.png").write_bytes(b"torn")
    with pytest.raises(d.bridge("job_folder.errors").BridgeError) as caught:
        d.place()
    assert caught.value.code == "MEDIA_DAMAGED"
    assert d.items() == d.before


def test_a_result_of_another_length_is_refused(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job, count=11)
    d.refused("GAP_CHANGED")
    assert d.items() == d.before


def test_a_receipt_that_cannot_be_written_does_not_hide_the_reason(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    d.world.timeline.video[0].is_locked = True
    (d.job / "receipt.json").mkdir()
    d.refused("TRACK_LOCKED")


def test_markers_of_the_user_stay(desk: Callable[..., Desk], tmp_path: Path) -> None:
    world = two_clips(tmp_path)
    theirs = {"color": "Red", "name": "", "note": "look", "duration": 1, "customData": ""}
    world.timeline.markers = {frame: dict(theirs) for frame in range(48, 60)}
    d = desk(world)
    d.finish(d.job)
    assert "marker" in " ".join(d.place().notes)
    assert len(world.timeline.markers) == 12
    del world.timeline.markers[50]
    d.place()
    assert world.timeline.markers[50]["customData"] == f"mpd:{d.job.name}"


def test_what_came_to_stand_elsewhere_is_taken_away(desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    d = desk()
    d.finish(d.job)
    placing = d.bridge("placing")
    d.world.page = "color"
    append = placing._append

    def wrong(opened: Any, gap: dict[str, Any], media: Any, track: int) -> None:
        append(opened, {**gap, "first": 48}, media, track)

    monkeypatch.setattr(placing, "_append", wrong)
    assert "taken away" in d.refused("PLACE_UNVERIFIED").message
    assert d.items() == d.before
    assert d.world.page == "color"


def test_the_menu_places_all_that_wait_and_then_nothing(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    d = desk()
    monkeypatch.setenv("MPD_STUDIO_BRIDGE_QUIET", "1")
    monkeypatch.setattr(d.bridge("menu"), "jobs_folder", lambda: str(d.jobs))
    menu = d.bridge("menu")
    (d.jobs / "not a job").mkdir()
    assert "no finished gap" in menu.place_results(menu_globals(d.world))[0]
    d.finish(d.job)
    assert "12 frames on video track 1" in menu.place_results(menu_globals(d.world))[0]
    assert "no finished gap" in menu.place_results(menu_globals(d.world))[0]
    d.finish(d.job, 2)
    d.world.timeline.video[0].items[0].uid = "another"
    assert "Not placed: The gap was 12 frames long" in menu.place_results(menu_globals(d.world))[0]


def test_jobs_of_other_projects_and_editors_are_left_alone(desk: Callable[..., Desk]) -> None:
    d = desk()
    d.finish(d.job)
    menu = d.bridge("menu")
    assert menu.waiting_results(str(d.jobs), "Feature") == [str(d.job)]
    assert menu.waiting_results(str(d.jobs), "Other") == []
    request = json.loads((d.job / "request.json").read_text("utf-8"))
    request["host"]["app"] = "blender"
    (d.job / "request.json").write_text(json.dumps(request), "utf-8")
    assert menu.waiting_results(str(d.jobs), "Feature") == []
    with pytest.raises(d.bridge("job_folder.errors").BridgeError, match="blender"):
        d.place()
