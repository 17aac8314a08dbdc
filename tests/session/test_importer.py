"""Media into the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from footage import GAP, Heard, gap_timeline, make_movie, make_still, movie_ref
from pytestqt.qtbot import QtBot

from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import MediaKind, MediaRef
from mpd_studio.core.project_file import write_project
from mpd_studio.core.timeline import Clip, Gap, Timeline
from mpd_studio.jobs.job import JobState
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session


def _import(qtbot: QtBot, session: Session, paths: Sequence[Path], at: tuple[int, int] | None = None) -> None:
    with qtbot.waitSignal(session.importer.busy_changed, check_params_cb=lambda busy: not busy):
        session.importer.open_files(paths, at)


def _clips(session: Session, track: int = 0) -> list[Clip]:
    return [item for item in session.document.timeline.tracks[track].items if isinstance(item, Clip)]


def test_first_media_shape_the_timeline(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = make_movie(tmp_path / "a.mkv", rate=Fraction(24000, 1001))
    _import(qtbot, session, [path])
    timeline = session.document.timeline
    assert (timeline.rate, timeline.canvas, timeline.length) == (Fraction(24000, 1001), Size(96, 64), 12)
    assert [media.path for media in timeline.media] == [path]
    assert session.document.undo_label == "Add media"
    session.document.undo()
    assert session.document.timeline == Timeline()


def test_further_media_are_appended_and_a_different_rate_is_said(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    _import(qtbot, session, [make_movie(tmp_path / "a.mkv")])
    _import(qtbot, session, [make_movie(tmp_path / "b.mkv", rate=Fraction(30))])
    assert [clip.media.name for clip in _clips(session)] == ["a.mkv", "b.mkv"]
    assert session.document.timeline.rate == 25
    assert any("runs at 30, the timeline at 25" in text for text in heard.texts(MessageKind.WARNING))


def test_dropped_files_lie_where_they_were_dropped(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    _import(qtbot, session, [make_movie(tmp_path / "a.mkv")])
    _import(qtbot, session, [make_movie(tmp_path / "b.mkv"), make_movie(tmp_path / "c.mkv")], (0, 20))
    items = session.document.timeline.tracks[0].items
    assert [type(item) for item in items] == [Clip, Gap, Clip, Clip]
    assert [start for start, _ in session.document.timeline.tracks[0].placed()] == [0, 12, 20, 32]


def test_an_occupied_spot_sends_them_to_the_bin(qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path) -> None:
    _import(qtbot, session, [make_movie(tmp_path / "a.mkv")])
    _import(qtbot, session, [make_movie(tmp_path / "b.mkv")], (0, 3))
    assert len(_clips(session)) == 1
    assert [media.name for media in session.document.timeline.media] == ["a.mkv", "b.mkv"]
    assert any("already stands there" in text for text in heard.texts(MessageKind.WARNING))


def test_numbered_stills_come_as_their_sequence(qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path) -> None:
    paths = [make_still(tmp_path / f"a_{number:04d}.png", number) for number in range(1, 6)]
    _import(qtbot, session, paths[1:3])
    (clip,) = _clips(session)
    assert (clip.media.kind, clip.length) == (MediaKind.SEQUENCE, 5)
    assert any("opened as a sequence" in text for text in heard.texts(MessageKind.INFO))


def test_a_still_lasts_a_second(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    _import(qtbot, session, [make_still(tmp_path / "first.png"), make_still(tmp_path / "last.png", 9)])
    assert [(clip.media.name, clip.length) for clip in _clips(session)] == [("first.png", 24), ("last.png", 24)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.mov", None, "does not exist"),
        ("empty.mov", b"", "empty"),
        ("text.mov", b"this is no movie at all " * 50, "text.mov"),
        ("torn.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "torn.png"),
    ],
)
def test_what_cannot_be_used_is_a_message_and_changes_nothing(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    _import(qtbot, session, [path])
    assert said in heard.texts(MessageKind.ERROR)[0]
    assert session.document.timeline == Timeline()
    assert session.document.undo_label is None


def test_one_bad_file_does_not_stop_the_others(qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path) -> None:
    _import(qtbot, session, [tmp_path / "gone.mov", make_movie(tmp_path / "a.mkv")])
    assert [clip.media.name for clip in _clips(session)] == ["a.mkv"]
    assert len(heard.texts(MessageKind.ERROR)) == 1


def test_a_name_that_the_system_refuses_does_not_stop_the_others(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    _import(qtbot, session, [tmp_path / f"{'x' * 300}_0001.png", make_movie(tmp_path / "a.mkv")])
    assert [clip.media.name for clip in _clips(session)] == ["a.mkv"]
    (told,) = heard.texts(MessageKind.ERROR)
    assert "x_0001.png cannot be read: File name too long." in told


def test_a_project_among_the_files_is_opened(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "film.mpdproj"
    write_project(path, Timeline(name="the project"))
    with qtbot.waitSignal(session.document.opened):
        session.importer.open_files([path])
    assert session.document.timeline.name == "the project"


def test_no_files_are_no_work(session: Session) -> None:
    session.importer.open_files([])
    assert not session.importer.is_busy
    assert session.jobs.rows == ()


def test_import_is_a_job_that_can_be_cancelled(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.importer.open_files([make_movie(tmp_path / "a.mkv")])
    session.importer.open_files([make_movie(tmp_path / "b.mkv")])
    assert session.importer.is_busy
    second = session.jobs.rows[1]
    session.jobs.cancel(second.id)
    qtbot.waitUntil(lambda: not session.importer.is_busy)
    assert [row.state for row in session.jobs.rows] == [JobState.DONE, JobState.CANCELLED]
    assert [clip.media.name for clip in _clips(session)] == ["a.mkv"]


def test_media_of_a_project_that_was_left_go_nowhere(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.importer.open_files([make_movie(tmp_path / "a.mkv")])
    session.document.new()
    qtbot.waitUntil(lambda: not session.importer.is_busy)
    assert session.document.timeline == Timeline()


def test_relink_uses_the_other_file_everywhere(
    qtbot: QtBot, session: Session, heard: Heard, media: MediaRef, tmp_path: Path
) -> None:
    session.document.apply("Build", lambda timeline: gap_timeline(media))
    longer = movie_ref(tmp_path, count=20)
    with qtbot.waitSignal(session.document.changed):
        session.importer.relink(media, Path(longer.path))
    assert {clip.media for clip in _clips(session)} == {longer}
    assert session.document.undo_label == "Relink media"
    assert "not the same file" in heard.texts(MessageKind.WARNING)[0]


def test_relink_to_a_file_that_is_too_short_is_refused(
    qtbot: QtBot, session: Session, heard: Heard, media: MediaRef, tmp_path: Path
) -> None:
    session.document.apply("Build", lambda timeline: gap_timeline(media))
    before = session.document.timeline
    shorter = movie_ref(tmp_path, count=6)
    session.importer.relink(media, Path(shorter.path))
    qtbot.waitUntil(lambda: not session.importer.is_busy)
    assert session.document.timeline is before
    assert "6 frames" in heard.texts(MessageKind.WARNING)[0]


def test_relink_to_a_missing_file_is_a_message(
    qtbot: QtBot, gap_session: Session, heard: Heard, media: MediaRef, tmp_path: Path
) -> None:
    gap_session.importer.relink(media, tmp_path / "gone.mkv")
    qtbot.waitUntil(lambda: not gap_session.importer.is_busy)
    assert "does not exist" in heard.texts(MessageKind.ERROR)[0]
    assert {clip.media for clip in _clips(gap_session)} == {media}


def test_start_timecode_of_the_first_media_is_the_timelines(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    from mpd_studio.session.importer import with_media

    media = replace(movie_ref(tmp_path), start_tc="01:00:00:00")
    timeline = with_media((media,), None, Timeline())
    assert timeline.timecode(0) == "01:00:00:00"
    odd = replace(media, start_tc="01:00:00:77")
    assert with_media((odd,), None, Timeline()).timecode(0) == "00:00:00:00"
    assert GAP not in {item.id for item in timeline.tracks[0].items if isinstance(item, Gap)}


def test_many_files_that_cannot_be_used_are_one_message(
    session: Session, heard: Heard, qtbot: QtBot, tmp_path: Path
) -> None:
    junk = [tmp_path / f"junk{number}.bin" for number in range(5)]
    for path in junk:
        path.write_bytes(b"no picture")
    session.importer.open_files(junk)
    qtbot.waitUntil(lambda: not session.importer.is_busy)
    (message,) = heard.messages
    assert message.text.startswith("5 files cannot be used")
    assert all(path.name in message.details for path in junk)
