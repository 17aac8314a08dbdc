"""MLT XML as Shotcut and Kdenlive write it: background tracks, doubled playlists, clock times, speed, sound tracks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from edited_timelines import fills_for

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange import read, write_filled
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedGap, OpenedTimeline
from mpd_studio.interchange.mlt_times import clock_time, frames_of

PROFILE = '<profile description="x" width="1920" height="1080" frame_rate_num="25" frame_rate_den="1" progressive="1"/>'


def properties(**values: str) -> str:
    return "".join(f'<property name="{name.replace("__", ":")}">{value}</property>' for name, value in values.items())


def producer(name: str, resource: str = "/shots/a.mov", service: str = "avformat-novalidate", **more: str) -> str:
    said = properties(length="200", resource=resource, mlt_service=service, **more)
    return f'<producer id="{name}" in="0" out="199">{said}</producer>'


def shotcut(*entries: str, parts: str = "", tracks: str = "", root: str = "") -> str:
    """As Shotcut writes it: black behind, the sound track hidden, clock times."""
    listed = "\n    ".join(entries)
    return f"""<?xml version="1.0" standalone="no"?>
<mlt LC_NUMERIC="C" version="7.22.0" title="Shotcut version 23.11" producer="main_bin"{root}>
  {PROFILE}
  <playlist id="main_bin" title="Shotcut"><property name="xml_retain">1</property></playlist>
  {producer("black", "0", "color")}
  <playlist id="background"><entry producer="black" in="00:00:00.000" out="00:00:19.960"/></playlist>
  {producer("a")}{producer("b", "b c.mov")}{parts}
  <playlist id="playlist0">
    <property name="shotcut:video">1</property><property name="shotcut:name">V1</property>
    {listed}
  </playlist>
  <playlist id="sound"><entry producer="a" in="0" out="90"/></playlist>
  <tractor id="tractor0" title="Shotcut version 23.11" in="00:00:00.000" out="00:00:19.960">
    <property name="shotcut">1</property>
    <track producer="background"/><track producer="playlist0"/><track producer="sound" hide="video"/>{tracks}
    <properties name="shotcut:markers">
      <properties name="0">{properties(text="look", start="00:00:02.000")}</properties>
    </properties>
    <transition id="t"><property name="mlt_service">mix</property></transition>
  </tractor>
</mlt>
"""


def opened(folder: Path, text: str) -> OpenedTimeline:
    path = folder / "cut.mlt"
    path.write_text(text, "utf-8")
    return read(path)


def spans(found: OpenedTimeline, track: int = 0) -> list[tuple[str, int, int]]:
    names = {ListedClip: "clip", ListedGap: "gap", ListedForeign: "foreign"}
    return [(names[type(item)], start, item.length) for start, item in found.listing.tracks[track].placed()]


def note(found: OpenedTimeline) -> str:
    return next(item.note for item in found.listing.tracks[0].items if isinstance(item, ListedForeign))


A = '<entry producer="a" in="00:00:00.400" out="00:00:02.360"/>'
B = '<entry producer="b" in="10" out="39"/>'
BLANK = '<blank length="00:00:00.480"/>'


def test_a_shotcut_project(tmp_path: Path) -> None:
    found = opened(tmp_path, shotcut(A, BLANK, B))
    listing = found.listing
    assert (listing.rate, listing.start, str(listing.canvas)) == (25, 0, "1920 × 1080")
    assert [track.name for track in listing.tracks] == ["V1"]
    assert spans(found) == [("clip", 0, 50), ("gap", 50, 12), ("clip", 62, 30)]
    first, _, last = listing.tracks[0].items
    assert isinstance(first, ListedClip)
    assert isinstance(last, ListedClip)
    assert (first.start, str(first.source.path)) == (10, "/shots/a.mov")
    assert (last.start, last.source.path, last.source.length) == (10, tmp_path / "b c.mov", 200)
    assert [(marker.frame, marker.name) for marker in listing.markers] == [(50, "look")]


def test_filling_replaces_the_blank_and_adds_a_producer_before_it(tmp_path: Path) -> None:
    found = opened(tmp_path, shotcut(A, BLANK, B, BLANK, A))
    write_filled(found, fills_for(found.listing, head=2), tmp_path / "out.mlt")
    old, new = found.path.read_text(), (tmp_path / "out.mlt").read_text()
    for number in (1, 2):
        entry = f'<entry producer="mpd_studio_{number}" in="2" out="13" />'
        assert entry in new
        assert new.index(f'<producer id="mpd_studio_{number}"') < new.index('<playlist id="playlist0"')
        start = new.index(f'<producer id="mpd_studio_{number}"')
        stop = new.index("</producer>", start) + len("</producer>")
        new = new[:start] + new[stop:].lstrip("\n ") if number == 2 else new[:start] + new[stop + 3 :]
        new = new.replace(entry, BLANK)
    assert new.split() == old.split()
    assert spans(read(tmp_path / "out.mlt")) == [(kind.replace("gap", "clip"), s, n) for kind, s, n in spans(found)]


def test_a_folder_further_the_media_are_still_found(tmp_path: Path) -> None:
    found = opened(tmp_path, shotcut(A, BLANK, B))
    write_filled(found, (), tmp_path / "far" / "out.mlt")
    last = read(tmp_path / "far" / "out.mlt").listing.tracks[0].items[2]
    assert isinstance(last, ListedClip)
    assert last.source.path == tmp_path / "b c.mov"
    rooted = opened(tmp_path, shotcut(A, BLANK, B, root=' root="/media"'))
    write_filled(rooted, (), tmp_path / "far" / "rooted.mlt")
    assert (tmp_path / "far" / "rooted.mlt").read_text() == rooted.path.read_text()


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (producer("x", "2.0:/shots/a.mov", "timewarp"), "is retimed"),
        (producer("x", "#ff0000", "color"), "is made by the editor"),
        (producer("x", "", "kdenlivetitle"), "is made by the editor"),
        (producer("x", video_index="-1"), "is sound alone"),
        (producer("x", "/p/.all.png", "qimage"), "cannot be counted one by one"),
        (producer("x", "/p/%04d.png", "qimage", ttl="5"), "cannot be counted one by one"),
        ('<tractor id="x" in="0" out="29"><track producer="a"/><track producer="b"/></tractor>', "a transition or"),
        (
            f'<chain id="x" out="199">{properties(length="200", resource="/a.mov")}<link mlt_service="timeremap">'
            f"{properties(mlt_service='timeremap')}</link></chain>",
            "is retimed",
        ),
    ],
)
def test_what_cannot_be_followed_frame_by_frame_says_why(tmp_path: Path, part: str, reason: str) -> None:
    found = opened(tmp_path, shotcut('<entry producer="x" in="0" out="29"/>', BLANK, B, parts=part))
    assert spans(found)[:2] == [("foreign", 0, 30), ("gap", 30, 12)]
    assert reason in note(found)


def test_chains_stills_and_sequences(tmp_path: Path) -> None:
    chain = (
        f'<chain id="c" out="199">{properties(length="200", resource="/shots/c.mov", mlt_service="avformat")}</chain>'
    )
    still = producer("s", "/shots/still.png", "qimage")
    row = producer("q", "/shots/f_%04d.png?begin=12", "pixbuf", ttl="1")
    entries = [f'<entry producer="{name}" in="3" out="9"/>' for name in "csq"]
    items = opened(tmp_path, shotcut(*entries, parts=chain + still + row)).listing.tracks[0].items
    sources = [item.source for item in items if isinstance(item, ListedClip)]
    assert [source.kind for source in sources] == [MediaKind.MOVIE, MediaKind.STILL, MediaKind.SEQUENCE]
    assert (str(sources[2].path), sources[2].first_number) == ("/shots/f_%04d.png", 12)


def kdenlive(first: str, second: str) -> str:
    """As Kdenlive writes it: every track is a tractor of two playlists, its timeline within another tractor."""
    return f"""<?xml version='1.0' encoding='utf-8'?>
<mlt LC_NUMERIC="C" producer="main_bin" version="7.8.0" root="/home/me/film">
 {PROFILE}
 {producer("black_track", "black", "color")}{producer("producer0", "shots/a.mov", kdenlive__clipname="Shot A")}
 <playlist id="playlist0"/><playlist id="playlist1"/>
 <tractor id="tractor0">{properties(kdenlive__audio_track="1")}
  <track hide="video" producer="playlist0"/><track hide="video" producer="playlist1"/></tractor>
 <playlist id="playlist2">{first}</playlist>
 <playlist id="playlist3">{second}</playlist>
 <tractor id="tractor1">{properties(kdenlive__track_name="Picture")}
  <track hide="audio" producer="playlist2"/><track producer="playlist3"/></tractor>
 <tractor id="tractor2" global_feed="1"><track producer="black_track"/>
  <track producer="tractor0"/><track producer="tractor1"/></tractor>
 <playlist id="main_bin"><entry producer="producer0" in="0" out="0"/></playlist>
</mlt>
""".replace('producer="main_bin" version', "version")


def test_a_kdenlive_project(tmp_path: Path) -> None:
    shot = '<entry producer="producer0" in="0" out="49"/>'
    first = f'{shot}<blank length="12"/><entry producer="producer0" in="60" out="89"/>'
    found = opened(tmp_path, kdenlive(first, ""))
    assert [track.name for track in found.listing.tracks] == ["Picture"]
    assert spans(found) == [("clip", 0, 50), ("gap", 50, 12), ("clip", 62, 30)]
    clip = found.listing.tracks[0].items[0]
    assert isinstance(clip, ListedClip)
    assert (clip.name, str(clip.source.path)) == ("Shot A", "/home/me/film/shots/a.mov")
    write_filled(found, fills_for(found.listing), tmp_path / "out.kdenlive")
    again = read(tmp_path / "out.kdenlive")
    assert spans(again) == [("clip", 0, 50), ("clip", 50, 12), ("clip", 62, 30)]


def test_a_mix_of_two_playlists_is_foreign_where_they_overlap(tmp_path: Path) -> None:
    shot = '<entry producer="producer0" in="0" out="49"/>'
    first = f'{shot}<blank length="40"/><entry producer="producer0" in="0" out="9"/>'
    second = '<blank length="45"/><entry producer="producer0" in="100" out="129"/>'
    found = opened(tmp_path, kdenlive(first, second))
    assert spans(found) == [
        ("clip", 0, 45),
        ("foreign", 45, 5),
        ("clip", 50, 25),
        ("gap", 75, 15),
        ("clip", 90, 10),
    ]
    with pytest.raises(TimelineError, match="is not one of its own"):
        write_filled(found, fills_for(found.listing), tmp_path / "out.mlt")


def test_blanks_side_by_side_are_one_gap(tmp_path: Path) -> None:
    found = opened(tmp_path, shotcut(A, '<blank length="5"/>', '<blank length="7"/>', B))
    assert spans(found)[1] == ("gap", 50, 12)
    write_filled(found, fills_for(found.listing), tmp_path / "out.mlt")
    assert "<blank" not in (tmp_path / "out.mlt").read_text()
    assert spans(read(tmp_path / "out.mlt")) == [("clip", 0, 50), ("clip", 50, 12), ("clip", 62, 30)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<mlt><playlist/></mlt>", "has no <profile>"),
        (f"<mlt>{PROFILE}</mlt>", "plays nothing"),
        (shotcut(A).replace('frame_rate_den="1"', 'frame_rate_den="0"'), "no rate or no size"),
        (shotcut(A).replace('frame_rate_num="25"', 'frame_rate_num="99999"'), "is no rate"),
        (shotcut(A).replace('width="1920"', 'width="0"'), "no rate or no size"),
        (shotcut(A, '<blank length="x"/>'), "no usable 'length'"),
        (shotcut(A, '<blank length="99999999999999"/>'), "no usable 'length'"),
        (shotcut('<entry producer="a" in="9" out="3"/>'), "ends before it begins"),
        (shotcut('<entry producer="none"/>'), "no usable 'out'"),
        ("<other/>", "is no MLT XML"),
    ],
)
def test_damaged_documents_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        opened(tmp_path, text)


def test_times() -> None:
    rate = Fraction(30000, 1001)
    assert [frames_of(text, rate) for text in ("48", "00:00:02.002", "2.002", "01:00:00:00", "01:00:00;00")] == [
        48,
        60,
        60,
        108000,
        107892,
    ]
    assert [frames_of(text, rate) for text in ("", "-4", "x", "00:00:00:99", "1e9", "9" * 30)] == [None] * 6
    assert all(frames_of(clock_time(n, rate), rate) == n for n in range(0, 200_000, 997))
