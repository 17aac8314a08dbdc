"""FCP 7 XML as editors write it: transitions, retimes, nested sequences, sound, files named once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from edited_timelines import fills_for

from mpd_studio.core.errors import TimelineError
from mpd_studio.interchange import read, write_filled
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedGap, OpenedTimeline

NTSC = "<rate><ntsc>TRUE</ntsc><timebase>30</timebase></rate>"
FILE = f"""<file id="f1"><name>A001.mov</name><pathurl>file://localhost/shots/day%201/A001.mov</pathurl>{NTSC}
<duration>300</duration><timecode>{NTSC}<string>01:00:00;00</string><frame>107892</frame><displayformat>DF</displayformat>
<reel><name>A001</name></reel></timecode><media><video><samplecharacteristics><width>1920</width><height>1080</height>
</samplecharacteristics></video><audio><channelcount>2</channelcount></audio></media></file>"""


def clip(start: int, end: int, first: int, extra: str = "", file: str = '<file id="f1"/>', name: str = "shot") -> str:
    out = first + (end - start)
    return (
        f'<clipitem id="c{start}"><name>{name}</name>{NTSC}<start>{start}</start><end>{end}</end>'
        f"<in>{first}</in><out>{out}</out>{file}{extra}</clipitem>"
    )


def document(*items: str, tracks: str = "") -> str:
    track = "\r\n\t\t\t\t".join(items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\r\n<!DOCTYPE xmeml>\r\n<xmeml version="4">\r\n<project><name>P</name>'
        f"<children>\r\n<bin><children><clip><name>loose</name></clip></children></bin>"
        f'<sequence id="s"><name>Scene 12</name><duration>500</duration>{NTSC}<timecode>{NTSC}'
        "<string>00:59:58;00</string>"
        "<frame>107832</frame><displayformat>DF</displayformat></timecode><media><video><format><samplecharacteristics>"
        f"<width>1920</width><height>1080</height></samplecharacteristics></format>\r\n\t\t\t<track>\r\n\t\t\t\t{track}"
        f"\r\n\t\t\t<enabled>TRUE</enabled></track>{tracks}</video><audio><track><clipitem id='snd'>"
        "<start>0</start><end>90</end></clipitem></track></audio></media><marker><name>M</name><comment>c</comment><in>30</in><out>-1</out></marker>"
        "</sequence>\r\n</children></project>\r\n</xmeml>\r\n"
    )


def opened(folder: Path, text: str) -> OpenedTimeline:
    path = folder / "edit.xml"
    path.write_bytes(text.encode("utf-8"))
    return read(path)


def spans(timeline: OpenedTimeline, track: int = 0) -> list[tuple[str, int, int]]:
    names = {ListedClip: "clip", ListedGap: "gap", ListedForeign: "foreign"}
    return [(names[type(item)], start, item.length) for start, item in timeline.listing.tracks[track].placed()]


def notes(timeline: OpenedTimeline) -> list[str]:
    return [item.note for item in timeline.listing.tracks[0].items if isinstance(item, ListedForeign)]


def test_a_sequence_within_a_project(tmp_path: Path) -> None:
    timeline = opened(tmp_path, document(clip(0, 48, 10, file=FILE), clip(60, 96, 100)))
    listing = timeline.listing
    assert (listing.name, listing.rate, listing.drop_frame, listing.start) == (
        "Scene 12",
        Fraction(30000, 1001),
        True,
        107832,
    )
    assert str(listing.canvas) == "1920 × 1080"
    assert [(marker.frame, marker.name, marker.note) for marker in listing.markers] == [(30, "M", "c")]
    assert spans(timeline) == [("clip", 0, 48), ("gap", 48, 12), ("clip", 60, 36)]
    first, _, second = listing.tracks[0].items
    assert isinstance(first, ListedClip)
    assert isinstance(second, ListedClip)
    assert first.source == second.source
    assert (str(first.source.path), first.source.start, first.source.length) == ("/shots/day 1/A001.mov", 107892, 300)
    assert (first.start, second.start) == (10, 100)


def test_clips_that_touch_a_transition_get_their_places_from_it(tmp_path: Path) -> None:
    """Editors write -1 there: the outgoing clip lasts until the transition's end, the incoming begins with it."""
    fade = (
        f"<transitionitem><start>40</start><end>52</end><alignment>center</alignment>{NTSC}"
        "<effect><name>Cross Dissolve</name></effect></transitionitem>"
    )
    outgoing = clip(0, 52, 10, file=FILE).replace("<end>52</end>", "<end>-1</end>")
    incoming = clip(40, 90, 100).replace("<start>40</start>", "<start>-1</start>")
    timeline = opened(tmp_path, document(outgoing, fade, incoming, clip(100, 110, 0)))
    assert spans(timeline) == [
        ("clip", 0, 40),
        ("foreign", 40, 12),
        ("clip", 52, 38),
        ("gap", 90, 10),
        ("clip", 100, 10),
    ]
    assert "the transition 'Cross Dissolve' stands there" in notes(timeline)[0]
    after = timeline.listing.tracks[0].items[2]
    assert isinstance(after, ListedClip)
    assert after.start == 112


def test_a_fade_out_makes_the_gap_after_it_one_without_an_end(tmp_path: Path) -> None:
    fade = f"<transitionitem><start>42</start><end>48</end>{NTSC}<effect><name>Fade</name></effect></transitionitem>"
    timeline = opened(tmp_path, document(clip(0, 48, 0, file=FILE), fade, clip(60, 70, 0)))
    assert spans(timeline) == [("clip", 0, 42), ("foreign", 42, 6), ("gap", 48, 12), ("clip", 60, 10)]


RETIME = (
    "<filter><effect><name>Time Remap</name><effectid>timeremap</effectid><parameter><parameterid>{0}</parameterid>"
    "<value>{1}</value></parameter></effect></filter>"
)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (RETIME.format("speed", "50"), "is retimed (50 %)"),
        (RETIME.format("variablespeed", "1"), "is retimed (variable speed)"),
        (RETIME.format("reverse", "TRUE"), "is retimed (100 % backwards)"),
        ("<enabled>FALSE</enabled>", "is switched off"),
        ("<sequence><name>inner</name></sequence>", "is a nested sequence"),
        ("<multiclip/>", "is a nested sequence or a multicam clip"),
    ],
)
def test_what_cannot_be_followed_frame_by_frame_says_why(tmp_path: Path, extra: str, reason: str) -> None:
    timeline = opened(tmp_path, document(clip(0, 48, 0, extra, file=FILE), clip(60, 70, 0)))
    assert spans(timeline)[0] == ("foreign", 0, 48)
    assert reason in notes(timeline)[0]


def test_a_speed_of_100_percent_is_no_retime(tmp_path: Path) -> None:
    extra = RETIME.format("speed", "100") + RETIME.format("reverse", "FALSE")
    assert spans(opened(tmp_path, document(clip(0, 48, 0, extra, file=FILE))))[0] == ("clip", 0, 48)


def test_other_rates_other_lengths_and_generators_are_not_trusted(tmp_path: Path) -> None:
    slow = clip(0, 10, 0, file=FILE.replace("30", "24", 1).replace("TRUE", "FALSE", 1).replace('"f1"', '"f2"'))
    odd = clip(20, 30, 0, file=FILE).replace("<out>10</out>", "<out>20</out>")
    color = "<generatoritem><name>Slug</name><start>40</start><end>50</end></generatoritem>"
    lost = clip(60, 70, 0, file='<file id="nowhere"/>')
    timeline = opened(tmp_path, document(slow, odd, color, lost))
    assert [kind for kind, _, _ in spans(timeline)] == ["foreign", "gap"] * 3 + ["foreign"]
    reasons = ("runs at 24 frames", "shows 20 frames of its media in 10", "generator", "names no file")
    assert all(reason in note for reason, note in zip(reasons, notes(timeline), strict=True))


def test_filling_inserts_elements_and_changes_no_other_byte(tmp_path: Path) -> None:
    upper = f"<track>{clip(0, 20, 5)}{clip(30, 40, 5)}</track><track/>"
    timeline = opened(tmp_path, document(clip(0, 48, 10, file=FILE), clip(60, 96, 100), tracks=upper))
    before = timeline.path.read_bytes()
    fills = fills_for(timeline.listing)
    assert [(fill.track, fill.start) for fill in fills] == [(0, 48), (1, 20)]
    write_filled(timeline, fills, tmp_path / "out.xml")
    after = (tmp_path / "out.xml").read_bytes()
    rest, inserted = after, []
    for place in (b'<clipitem id="mpd-studio-clipitem-1">', b'<clipitem id="mpd-studio-clipitem-2">'):
        start = rest.index(place)
        stop = rest.index(b"</clipitem>", start) + len(b"</clipitem>")
        start = len(rest[:start].rstrip(b"\r\n\t "))  # the line it stands on
        inserted.append(rest[start:stop])
        rest = rest[:start] + rest[stop:]
    assert rest == before
    assert all(b"\n" not in part.replace(b"\r\n", b"") for part in inserted)
    again = read(tmp_path / "out.xml")
    assert spans(again) == [("clip", 0, 48), ("clip", 48, 12), ("clip", 60, 36)]
    assert spans(again, 1) == [("clip", 0, 20), ("clip", 20, 10), ("clip", 30, 10)]


def test_new_ids_keep_clear_of_those_that_are_there(tmp_path: Path) -> None:
    taken = clip(0, 48, 10, file=FILE).replace('id="c0"', 'id="mpd-studio-clipitem-1"')
    timeline = opened(tmp_path, document(taken, clip(60, 96, 100)))
    write_filled(timeline, fills_for(timeline.listing), tmp_path / "out.xml")
    assert (tmp_path / "out.xml").read_bytes().count(b'id="mpd-studio-clipitem-1"') == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<xmeml version='4'><clip/></xmeml>", "holds no sequence"),
        (document(clip(0, 48, 0, file=FILE), clip(40, 60, 0)), "stand at frame 40"),
        (document(clip(0, 48, 0, file=FILE).replace("<start>0</start>", "<start>x</start>")), "where it stands"),
        (document(clip(0, 48, 0, file=FILE).replace("<start>0</start>", "<start>-5</start>")), "where it stands"),
        (document(clip(0, 48, 0)).replace(NTSC, ""), "no frame rate"),
        (document(clip(0, 48, 0)).replace("<timebase>30", "<timebase>0"), "no frame rate"),
    ],
)
def test_damaged_documents_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        opened(tmp_path, text)


def test_the_first_of_several_sequences_is_opened(tmp_path: Path) -> None:
    one = document(clip(0, 48, 0, file=FILE))
    sequence = one[one.index("<sequence") : one.index("</sequence>") + len("</sequence>")]
    timeline = opened(tmp_path, one.replace(sequence, sequence + sequence.replace("Scene 12", "Scene 13")))
    assert timeline.notes == ("edit.xml holds 2 sequences; the first, Scene 12, was opened.",)
