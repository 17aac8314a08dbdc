"""Timelines of editors, opened as projects and written back, in the I/O lane."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path, PurePath

import pytest
from footage import Heard, make_movie
from pytestqt.qtbot import QtBot

from mpd_studio import interchange
from mpd_studio.core.frames import FrameRange
from mpd_studio.core.timeline import Clip, Gap, gaps_of
from mpd_studio.interchange.listing import ListedClip, ListedGap, ListedTrack, Listing
from mpd_studio.media.probe import probe
from mpd_studio.session.message import MessageKind
from mpd_studio.session.session import Session
from mpd_studio.session.timeline_files import suffix_for
from mpd_studio.workflow.export_timeline import ExportedTimeline
from mpd_studio.workflow.timeline_clips import source_of


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    media = probe(make_movie(tmp_path / "a.mkv"))
    shot = source_of(media)
    items = (ListedClip("a", shot, 0, 4), ListedGap(3), ListedClip("a", shot, 8, 4))
    interchange.write(
        Listing("Cut", Fraction(25), False, 90000, media.size, (ListedTrack("V1", items),)), tmp_path / "cut.otio"
    )
    return tmp_path / "cut.otio"


@pytest.mark.parametrize(
    ("kind", "origin", "suffix"),
    [
        ("mlt", "/a/film.kdenlive", ".kdenlive"),
        ("mlt", "/a/film.mlt", ".mlt"),
        ("mlt", "/a/film.otio", ".mlt"),
        ("fcpxml", "/a/film.fcpxmld", ".fcpxml"),
        ("fcp7", None, ".xml"),
    ],
)
def test_a_timeline_keeps_the_suffix_of_its_editor(kind: str, origin: str | None, suffix: str) -> None:
    assert suffix_for(kind, PurePath(origin) if origin else None) == suffix


def open_cut(qtbot: QtBot, session: Session, path: Path) -> None:
    with qtbot.waitSignal(session.timelines.opened):
        session.importer.open_files([path])


def test_a_timeline_opens_as_a_new_project_with_its_gaps(qtbot: QtBot, session: Session, cut: Path) -> None:
    open_cut(qtbot, session, cut)
    document = session.document
    timeline = document.timeline
    assert [type(item) for item in timeline.tracks[0].items] == [Clip, Gap, Clip]
    assert (timeline.name, timeline.rate, timeline.start, timeline.origin) == ("Cut", 25, 90000, cut)
    assert document.path is None
    assert document.is_modified
    assert document.undo_label is None
    (placed,) = gaps_of(timeline)
    assert placed.first is not None
    assert placed.first.index == 3


def test_it_outlives_a_crash_as_every_untitled_project(qtbot: QtBot, session: Session, cut: Path) -> None:
    open_cut(qtbot, session, cut)
    key = session.document.key
    session.document.new()
    assert session.document.key != key
    qtbot.waitUntil(lambda: len(session.document.recoverable()) == 1)
    with qtbot.waitSignal(session.document.changed):
        session.document.open(session.document.recoverable()[0])
    assert session.document.timeline.origin == cut


def test_a_filled_gap_goes_back_into_the_file(qtbot: QtBot, session: Session, heard: Heard, cut: Path) -> None:
    open_cut(qtbot, session, cut)
    (placed,) = gaps_of(session.document.timeline)
    session.preferences.set(engine_id="crossfade")
    with qtbot.waitSignal(session.document.changed, timeout=20000):
        assert session.generator.generate(placed.gap.id)
    made: list[ExportedTimeline] = []
    session.timelines.exported.connect(made.append)
    out = cut.with_name("back.otio")
    with qtbot.waitSignal(session.timelines.exported, timeout=20000):
        session.timelines.export(out, handles=1)
    assert made[0].in_original
    assert "Exported back.otio with 1 movie." in heard.texts(MessageKind.INFO)
    track = interchange.read(out).listing.tracks[0]
    assert [type(item) for item in track.items] == [ListedClip] * 3
    assert track.items[1].length == 3


def test_a_broken_timeline_is_said_and_changes_nothing(
    qtbot: QtBot, session: Session, heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "broken.fcpxml"
    path.write_text("<fcpxml><resources>")
    before = session.document.timeline
    with qtbot.waitSignal(session.message):
        session.importer.open_files([path])
    assert "broken.fcpxml is damaged or truncated" in heard.texts(MessageKind.ERROR)[0]
    assert session.document.timeline is before


def test_missing_media_are_found_by_name_where_nobody_has_seen_them(
    qtbot: QtBot, session: Session, heard: Heard, cut: Path, tmp_path: Path
) -> None:
    text = cut.read_text()
    start = text.index('"fingerprint"')
    cut.write_text(text.replace(text[start : text.index("\n", start)], '"none": ""').replace("a.mkv", "lost.mkv"))
    open_cut(qtbot, session, cut)
    qtbot.waitUntil(lambda: len(session.missing.refs) == 1)
    (tmp_path / "disk").mkdir()
    (tmp_path / "a.mkv").rename(tmp_path / "disk" / "lost.mkv")
    with qtbot.waitSignal(session.document.changed):
        session.missing.search(tmp_path / "disk")
    clips = [item for item in session.document.timeline.tracks[0].items if isinstance(item, Clip)]
    assert [clip.media.path for clip in clips] == [tmp_path / "disk" / "lost.mkv"] * 2
    assert [clip.source_range for clip in clips] == [FrameRange(0, 4), FrameRange(8, 4)]
    assert clips[0].media.frame_count == 12
