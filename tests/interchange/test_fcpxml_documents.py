"""FCPXML as Final Cut Pro writes it: connected clips, titles on gaps, retimes, compound clips, versions, bundles."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from edited_timelines import fills_for

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange import read, write_filled
from mpd_studio.interchange.fcpxml_times import exact_text, named_rate, seconds_of, time_text
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedGap, OpenedTimeline

RESOURCES = """
        <format id="r1" name="FFVideoFormat1080p25" frameDuration="100/2500s" width="1920" height="1080"/>
        <format id="r9" name="FFVideoFormat1080p24" frameDuration="100/2400s" width="1920" height="1080"/>
        <asset id="r2" name="A" start="3600s" duration="20s" hasVideo="1" hasAudio="1" format="r1">
            <media-rep kind="original-media" sig="x" src="file:///shots/A%20one.mov"><bookmark>Ym9v</bookmark></media-rep>
        </asset>
        <asset id="r3" name="S" start="0s" duration="30s" hasAudio="1"><media-rep src="file:///s.wav"/></asset>
        <asset id="r4" name="P" start="0s" duration="0s" hasVideo="1"><media-rep src="p.png"/></asset>
        <asset id="r5" name="F" start="0s" duration="9s" hasVideo="1" format="r9"><media-rep src="file:///f.mov"/></asset>
        <effect id="r6" name="Basic Title" uid=".../Title.moti"/>
        <media id="r7" name="Compound"><sequence format="r1"><spine><gap duration="4s"/></spine></sequence></media>
"""


def at(frames: int) -> str:
    return f"{frames * 100}/2500s"


def clip(length: int, start: int = 0, inner: str = "", ref: str = "r2", **more: str) -> str:
    extra = "".join(f' {key}="{value}"' for key, value in more.items())
    begin = at(90000 + start)
    return f'<asset-clip ref="{ref}" name="shot" start="{begin}" duration="{at(length)}"{extra}>{inner}</asset-clip>'


def gap(length: int, inner: str = "", start: str = "3600s") -> str:
    return f'<gap name="Gap" offset="0s" start="{start}" duration="{at(length)}">{inner}</gap>'


def document(*story: str, version: str = "1.10", resources: str = RESOURCES) -> str:
    spine = "\n                        ".join(story)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>

<fcpxml version="{version}">
    <resources>{resources}    </resources>
    <library location="file:///L.fcpbundle/">
        <event name="E">
            <project name="Cut 3" uid="X">
                <sequence format="r1" duration="{at(500)}" tcStart="3600s" tcFormat="NDF" audioLayout="stereo">
                    <spine>
                        {spine}
                    </spine>
                </sequence>
            </project>
        </event>
    </library>
</fcpxml>
"""


def opened(folder: Path, text: str) -> OpenedTimeline:
    path = folder / "cut.fcpxml"
    path.write_text(text, "utf-8")
    return read(path)


def spans(found: OpenedTimeline, track: int = 0) -> list[tuple[str, int, int]]:
    names = {ListedClip: "clip", ListedGap: "gap", ListedForeign: "foreign"}
    return [(names[type(item)], start, item.length) for start, item in found.listing.tracks[track].placed()]


def note(found: OpenedTimeline) -> str:
    return next(item.note for item in found.listing.tracks[0].items if isinstance(item, ListedForeign))


def test_the_primary_storyline(tmp_path: Path) -> None:
    found = opened(tmp_path, document(clip(50, 10), gap(12), clip(30, 100)))
    listing = found.listing
    assert (listing.name, listing.rate, listing.start, str(listing.canvas)) == ("Cut 3", 25, 90000, "1920 × 1080")
    assert spans(found) == [("clip", 0, 50), ("gap", 50, 12), ("clip", 62, 30)]
    first = listing.tracks[0].items[0]
    assert isinstance(first, ListedClip)
    assert (first.start, first.source.start, first.source.length) == (10, 90000, 500)
    assert str(first.source.path) == "/shots/A one.mov"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (clip(50, inner='<timeMap><timept time="0s" value="0s"/></timeMap>'), "is retimed"),
        (clip(50, inner='<conform-rate srcFrameRate="24"/>'), "runs at 24 frames a second, conformed"),
        (clip(50, enabled="0"), "is switched off"),
        (clip(50, ref="r5").replace(at(90000), "0s"), "runs at 24 frames a second in a timeline of 25"),
        (f'<ref-clip ref="r7" name="shot" duration="{at(50)}"/>', "is a compound clip"),
        (f'<title ref="r6" name="shot" duration="{at(50)}"/>', "is a title"),
        (f'<video ref="r6" name="shot" duration="{at(50)}"/>', "is made by the editor"),
        (f'<mc-clip ref="r7" name="shot" duration="{at(50)}"/>', "is a multicam clip"),
        (f'<audition name="shot" duration="{at(50)}">{clip(50)}</audition>', "is an audition"),
        (clip(50, -20), "before them"),
        (clip(50).replace(at(90000), "90001/25013s"), "begins between two frames"),
    ],
)
def test_what_cannot_be_followed_frame_by_frame_says_why(tmp_path: Path, item: str, reason: str) -> None:
    found = opened(tmp_path, document(item, gap(12), clip(30)))
    assert spans(found) == [("foreign", 0, 50), ("gap", 50, 12), ("clip", 62, 30)]
    assert reason in note(found)


def test_clips_around_video_and_stills(tmp_path: Path) -> None:
    wrapped = (
        f'<clip name="w" duration="{at(20)}" start="{at(5)}"><video ref="r2" offset="0s" start="{at(90040)}" '
        f'duration="{at(100)}"><audio ref="r2" lane="-1" duration="{at(100)}"/></video></clip>'
    )
    still = f'<video ref="r4" name="still" start="3600s" duration="{at(10)}"/>'
    found = opened(tmp_path, document(wrapped, gap(3), still))
    first, _, last = found.listing.tracks[0].items
    assert isinstance(first, ListedClip)
    assert isinstance(last, ListedClip)
    assert (first.start, first.length) == (45, 20)
    assert (last.source.kind, last.start, last.source.path) == (MediaKind.STILL, 0, tmp_path / "p.png")


def test_transitions_lie_over_the_cut(tmp_path: Path) -> None:
    fade = f'<transition name="Cross Dissolve" offset="{at(90044)}" duration="{at(12)}"/>'
    found = opened(tmp_path, document(clip(50, offset="3600s"), fade, clip(30, 60), gap(5), clip(9)))
    assert spans(found)[:3] == [("clip", 0, 44), ("foreign", 44, 12), ("clip", 56, 24)]
    unplaced = fade.replace(f'offset="{at(90044)}" ', "")
    assert spans(opened(tmp_path, document(clip(50), unplaced, clip(30, 60))))[1] == ("foreign", 44, 12)


def test_connected_clips_lie_on_tracks_of_their_own_without_gaps(tmp_path: Path) -> None:
    over = clip(10, 5, lane="1", offset=at(90000 + 10 + 4))
    under = clip(8, 5, lane="-1", offset=at(90000 + 10 + 2))
    sound = '<asset-clip ref="r3" lane="-2" offset="3600s" name="s" duration="2s"/>'
    found = opened(tmp_path, document(clip(50, 10, over + under + sound), gap(12), clip(30)))
    assert [track.name for track in found.listing.tracks] == ["Lane -1", "V1", "Lane 1"]
    assert spans(found, 0) == [("foreign", 0, 2), ("clip", 2, 8)]
    assert spans(found, 2) == [("foreign", 0, 4), ("clip", 4, 10)]
    fills = fills_for(found.listing)
    assert [(fill.track, fill.start) for fill in fills] == [(1, 50)]
    write_filled(found, fills, tmp_path / "out.fcpxml")
    assert spans(read(tmp_path / "out.fcpxml"), 1) == [("clip", 0, 50), ("clip", 50, 12), ("clip", 62, 30)]


def test_what_hangs_on_a_gap_stays_at_its_moment(tmp_path: Path) -> None:
    title = f'<title ref="r6" lane="1" offset="{at(90004)}" name="T" start="3600s" duration="{at(5)}"><text/></title>'
    marker = f'<marker start="{at(90006)}" duration="100/2500s" value="here"/>'
    found = opened(tmp_path, document(clip(50, 10), gap(12, title + marker), clip(30, 100)))
    assert [(m.frame, m.name) for m in found.listing.markers] == [(56, "here")]
    before = spans(found, 1)
    write_filled(found, fills_for(found.listing, head=2), tmp_path / "out.fcpxml")
    again = read(tmp_path / "out.fcpxml")
    assert spans(again) == [("clip", 0, 50), ("clip", 50, 12), ("clip", 62, 30)]
    assert spans(again, 1) == before
    assert [(m.frame, m.name) for m in again.listing.markers] == [(50, "MPD Studio"), (56, "here")]
    made = ElementTree.parse(tmp_path / "out.fcpxml").find("library//spine")
    assert made is not None
    assert [child.tag for child in made[1]] == ["title", "marker", "marker"]
    assert made[1].find("title/text") is not None


def test_all_but_the_gap_and_the_resources_stays(tmp_path: Path) -> None:
    found = opened(tmp_path, document(clip(50, 10), gap(12).replace("></gap>", "/>"), clip(30, 100)))
    write_filled(found, fills_for(found.listing), tmp_path / "out.fcpxml")
    old, new = found.path.read_text(), (tmp_path / "out.fcpxml").read_text()
    start, stop = (
        new.index('<asset-clip ref="mpd-studio-asset-1"'),
        new.index("</asset-clip>", new.index("gap_01</") if "gap_01</" in new else new.index("MPD Studio")),
    )
    new = new[:start] + old[old.index("<gap name") : old.index("/>", old.index("<gap name")) + 2] + new[stop + 13 :]
    first = new.index('<format id="mpd-studio-format-1"')
    last = new.index("</asset>", new.index('<asset id="mpd-studio-asset-1"')) + len("</asset>")
    assert new[: len(new[:first].rstrip())] + new[last:] == old


def test_old_versions_name_the_file_in_an_attribute(tmp_path: Path) -> None:
    resources = """<format id="r1" frameDuration="1001/24000s" width="160" height="96"/>
        <asset id="r2" name="A" start="0s" duration="100100/24000s" hasVideo="1" format="r1" src="file:///A.mov"/>"""
    story = [f'<asset-clip ref="r2" name="a" duration="{10010}/24000s"/>'] * 2
    story.insert(1, f'<gap duration="{12012}/24000s"/>')
    found = opened(tmp_path, document(*story, version="1.8", resources=resources).replace('tcStart="3600s" ', ""))
    assert found.listing.rate == Fraction(24000, 1001)
    write_filled(found, fills_for(found.listing), tmp_path / "out.fcpxml")
    root = ElementTree.parse(tmp_path / "out.fcpxml").getroot()
    assert root.find("resources/asset[@id='mpd-studio-asset-1'][@src]") is not None
    assert root.find("resources/asset/media-rep") is None
    assert len(list(root.iter("format"))) == 1  # the new movie shares the format that is there


def test_gaps_side_by_side_are_one(tmp_path: Path) -> None:
    title = f'<title ref="r6" lane="1" offset="{at(90001)}" name="T" duration="{at(2)}"/>'
    found = opened(tmp_path, document(clip(50), gap(5), gap(7, title), clip(30)))
    assert spans(found) == [("clip", 0, 50), ("gap", 50, 12), ("clip", 62, 30)]
    before = spans(found, 1)
    write_filled(found, fills_for(found.listing), tmp_path / "out.fcpxml")
    again = read(tmp_path / "out.fcpxml")
    assert spans(again) == [("clip", 0, 50), ("clip", 50, 12), ("clip", 62, 30)]
    assert spans(again, 1) == before
    both = opened(tmp_path, document(clip(50), gap(5, title), gap(7, title), clip(30)))
    with pytest.raises(TimelineError, match="hang on several gaps"):
        write_filled(both, fills_for(both.listing), tmp_path / "both.fcpxml")


def test_bundles_are_folders(tmp_path: Path) -> None:
    bundle = tmp_path / "cut.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_text(document(clip(50), gap(12), clip(30)))
    found = read(bundle)
    assert spans(found) == [("clip", 0, 50), ("gap", 50, 12), ("clip", 62, 30)]
    (tmp_path / "empty.fcpxmld").mkdir()
    with pytest.raises(TimelineError, match="There is no file"):
        read(tmp_path / "empty.fcpxmld")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<fcpxml version='1.9'><resources/></fcpxml>", "holds no project"),
        (document().replace("<spine>", "<x>").replace("</spine>", "</x>"), "has no storyline"),
        (document(clip(5)).replace('format="r1" duration="50000', 'format="none" duration="50000'), "no frame rate"),
        (document(clip(5), gap(3).replace(at(3), "1/7s")), "does not last whole frames"),
        (document(clip(5), gap(3).replace(at(3), "1/0s")), "does not last whole frames"),
        (document(clip(5), gap(3).replace(at(3), "99999999999999/1s")), "does not last whole frames"),
        ("<xmeml/>", "is no FCPXML"),
    ],
)
def test_damaged_documents_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        opened(tmp_path, text)


def test_times() -> None:
    assert seconds_of("1001/24000s") == Fraction(1001, 24000)
    assert (seconds_of("5s"), seconds_of("0.5s"), seconds_of("-2s")) == (5, Fraction(1, 2), -2)
    assert [seconds_of(text) for text in ("", "x", "5", "1/0s", None)] == [None] * 5
    assert time_text(48, Fraction(24000, 1001)) == "48048/24000s"
    assert exact_text(Fraction(1, 7), Fraction(25)) == "1/7s"
    assert [named_rate(f"FFVideoFormat{name}") for name in ("1080p2398", "720p50", "DCI4Kp5994", "x")] == [
        Fraction(24000, 1001),
        50,
        Fraction(60000, 1001),
        None,
    ]
