"""OpenTimelineIO as others write it: old and new schemas, retimes, nested timelines, sequences, URLs, loose layout."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from edited_timelines import fills_for

from mpd_studio.core.errors import TimelineError
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange import read, write_filled
from mpd_studio.interchange.listing import ListedClip, ListedForeign, ListedGap, OpenedTimeline

RATE = 24


def time(value: float, rate: float = RATE) -> dict:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate}


def span(start: float, length: float, rate: float = RATE) -> dict:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start, rate), "duration": time(length, rate)}


def clip(length: float = 10, start: float = 0, **changes: Any) -> dict:
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "target_url": "file:///shots/a%20b.mov",
        "available_range": span(0, 100),
    }
    return {
        "OTIO_SCHEMA": "Clip.1",
        "name": "shot",
        "source_range": span(start, length),
        "media_reference": media,
        **changes,
    }


def gap(length: float = 6, **changes: Any) -> dict:
    return {"OTIO_SCHEMA": "Gap.1", "source_range": span(0, length), **changes}


def effect(schema: str, **fields: Any) -> dict:
    return {"OTIO_SCHEMA": schema, "name": "", "effect_name": "", "metadata": {}, **fields}


def timeline(*items: dict, **changes: Any) -> dict:
    track = {"OTIO_SCHEMA": "Track.1", "name": "V", "kind": "Video", "children": list(items), **changes}
    sound = {"OTIO_SCHEMA": "Track.1", "name": "A", "kind": "Audio", "children": [clip(99)]}
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": "T",
        "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [sound, track]},
    }


def opened(folder: Path, document: object, **layout: Any) -> OpenedTimeline:
    path = folder / "cut.otio"
    text = document if isinstance(document, str) else json.dumps(document, **layout)
    path.write_bytes(text.encode("utf-8"))
    return read(path)


def spans(found: OpenedTimeline) -> list[tuple[str, int, int]]:
    names = {ListedClip: "clip", ListedGap: "gap", ListedForeign: "foreign"}
    return [(names[type(item)], start, item.length) for start, item in found.listing.tracks[0].placed()]


def notes(found: OpenedTimeline) -> list[str]:
    return [item.note for item in found.listing.tracks[0].items if isinstance(item, ListedForeign)]


def first_clip(found: OpenedTimeline) -> ListedClip:
    return next(item for item in found.listing.tracks[0].items if isinstance(item, ListedClip))


class TestSharedExamples:
    """The four timelines of the test data."""

    def test_three_open_with_their_gaps(self, data_dir: Path) -> None:
        folder = data_dir / "timelines"
        found = {name: read(folder / f"{name}.otio").listing for name in ("multitrack", "simple_cut", "transition")}
        gaps = {
            name: [(n, start, item.length) for n, t in enumerate(listing.tracks) for start, item in t.placed()]
            for name, listing in found.items()
        }
        assert [len(listing.tracks) for listing in found.values()] == [3, 1, 1]
        assert [row for row in gaps["multitrack"] if row[0] == 0] == [
            (0, 0, 720),
            (0, 720, 83),
            (0, 803, 722),
            (0, 1525, 432),
            (0, 1957, 720),
        ]
        assert gaps["simple_cut"] == [(0, 0, 3), (0, 3, 6), (0, 9, 4), (0, 13, 6)]
        assert [type(item) for item in found["transition"].tracks[0].items][2] is ListedForeign

    def test_the_fourth_is_newer_and_is_named_with_schema_and_versions(self, data_dir: Path) -> None:
        with pytest.raises(TimelineError, match=r"holds Marker\.3 \(known here: Marker\.2\), and version 0\.18"):
            read(data_dir / "timelines" / "screening_example.otio")

    def test_filling_changes_nothing_but_the_gap(self, data_dir: Path, tmp_path: Path) -> None:
        otio = pytest.importorskip("opentimelineio")
        found = read(data_dir / "timelines" / "multitrack.otio")
        (fill, *_) = fills_for(found.listing)
        write_filled(found, (fill,), tmp_path / "out.otio")
        old = otio.adapters.read_from_file(str(found.path))
        new = otio.adapters.read_from_file(str(tmp_path / "out.otio"))
        made = new.tracks[0][1]
        assert (made.name, made.duration()) == ("gap_01", otio.opentime.RationalTime(83, 24))
        new.tracks[0][1] = old.tracks[0][1].clone()
        assert new.is_equivalent_to(old)
        text, before = (tmp_path / "out.otio").read_text(), found.path.read_text()
        assert '"Clip.2"' not in text.replace(before, "")
        assert text.count('"Clip.1"') == before.count('"Clip.1"') + 1


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (clip(effects=[effect("LinearTimeWarp.1", time_scalar=2.0)]), "is retimed (200 %)"),
        (clip(effects=[effect("FreezeFrame.1", time_scalar=0.0)]), "is retimed (0 %)"),
        (clip(effects=[effect("TimeEffect.1", effect_name="ramp")]), "is retimed (ramp)"),
        (clip(enabled=False), "is switched off"),
        (
            clip(media_reference={"OTIO_SCHEMA": "GeneratorReference.1", "generator_kind": "bars", "parameters": {}}),
            "is made by a generator",
        ),
        ({"OTIO_SCHEMA": "Stack.1", "name": "inner", "source_range": span(0, 10), "children": []}, "nested timeline"),
        (clip(source_range=span(0, 10, 25)), "runs at 25 frames a second in a timeline of 24"),
        (clip(length=10.5), "does not begin and end on whole frames"),
        (clip(start=-3), "begins before its media"),
    ],
)
def test_what_cannot_be_followed_frame_by_frame_says_why(tmp_path: Path, item: dict, reason: str) -> None:
    document = timeline(item, gap(), clip(), clip(), clip())
    found = opened(tmp_path, document)
    assert spans(found)[0][0] == "foreign"
    assert reason in notes(found)[0]


def test_effects_that_leave_time_alone_are_no_reason(tmp_path: Path) -> None:
    blur = effect("Effect.1", effect_name="blur")
    plain = effect("LinearTimeWarp.1", time_scalar=1.0)
    unknown = effect("SomeEditorsEffect.7")
    found = opened(tmp_path, timeline(clip(effects=[blur, plain, unknown]), gap(), clip()))
    assert spans(found) == [("clip", 0, 10), ("gap", 10, 6), ("clip", 16, 10)]


def test_parts_that_nobody_knows_cost_nothing_but_themselves_and_stay(tmp_path: Path) -> None:
    odd = {"OTIO_SCHEMA": "TheirItem.3", "name": "odd", "source_range": span(0, 7), "secret": [1, 2]}
    marked = clip(
        markers=[{"OTIO_SCHEMA": "TheirMarker.1", "x": 1}],
        media_reference={"OTIO_SCHEMA": "TheirReference.2", "y": 2},
    )
    found = opened(tmp_path, timeline(odd, marked, gap(), clip()), indent=2)
    assert spans(found) == [("foreign", 0, 7), ("clip", 7, 10), ("gap", 17, 6), ("clip", 23, 10)]
    assert "'odd' is a TheirItem.3, which OpenTimelineIO does not know" in notes(found)[0]
    write_filled(found, fills_for(found.listing), tmp_path / "out.otio")
    before = json.loads(found.path.read_text())["tracks"]["children"][1]["children"]
    after = json.loads((tmp_path / "out.otio").read_text())["tracks"]["children"][1]["children"]
    assert (after[:2], after[3]) == (before[:2], before[3])


def test_the_librarys_own_words_are_made_readable(tmp_path: Path) -> None:
    with pytest.raises(TimelineError, match="Expected object of type Stack; read type Clip") as caught:
        opened(tmp_path, {**timeline(), "tracks": clip()})
    assert "N14" not in str(caught.value)


def test_a_transition_at_the_end_of_a_gap(tmp_path: Path) -> None:
    fade = {
        "OTIO_SCHEMA": "Transition.1",
        "name": "fade",
        "transition_type": "SMPTE_Dissolve",
        "in_offset": time(2),
        "out_offset": time(3),
    }
    found = opened(tmp_path, timeline(clip(), fade, gap(), clip()))
    assert spans(found) == [("clip", 0, 8), ("foreign", 8, 5), ("gap", 13, 3), ("clip", 16, 10)]
    with pytest.raises(TimelineError, match="a transition reaches into it"):
        write_filled(found, fills_for(found.listing), tmp_path / "out.otio")


def test_gaps_side_by_side_are_one_and_become_one_clip(tmp_path: Path) -> None:
    found = opened(tmp_path, timeline(clip(), gap(2), gap(4), clip()), indent=1)
    assert spans(found) == [("clip", 0, 10), ("gap", 10, 6), ("clip", 16, 10)]
    write_filled(found, fills_for(found.listing), tmp_path / "out.otio")
    children = json.loads((tmp_path / "out.otio").read_text())["tracks"]["children"][1]["children"]
    assert [child["OTIO_SCHEMA"] for child in children] == ["Clip.1"] * 3
    assert spans(read(tmp_path / "out.otio")) == [("clip", 0, 10), ("clip", 10, 6), ("clip", 16, 10)]


@pytest.mark.parametrize("layout", [{}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}], ids=repr)
def test_any_layout_of_the_text_is_kept(tmp_path: Path, layout: dict) -> None:
    document = timeline(clip(), gap(metadata={"ü": "keep"}), clip(metadata={"other": {"x": [1, {}]}}))
    document["metadata"] = {"editor": {"unknown": {"OTIO_SCHEMA": "TheirThing.9", "n": 1e-7}}}
    found = opened(tmp_path, document, **layout)
    write_filled(found, fills_for(found.listing), tmp_path / "out.otio")
    old, new = found.path.read_text("utf-8"), (tmp_path / "out.otio").read_text("utf-8")
    place = json.dumps(document["tracks"]["children"][1]["children"][1], **layout)[:12]
    head = old[: old.rindex(place[:1], 0, old.index("Gap.1"))]
    assert new.startswith(head)
    assert new.endswith(old[old.index("keep") + 30 :])
    assert json.loads(new)["metadata"] == document["metadata"]


def test_relative_media_stay_found_from_another_folder(tmp_path: Path) -> None:
    relative = clip(media_reference={"OTIO_SCHEMA": "ExternalReference.1", "target_url": "media/a b.mov"})
    found = opened(tmp_path, timeline(relative, gap(), clip()))
    assert first_clip(found).source.path == tmp_path / "media" / "a b.mov"
    write_filled(found, (), tmp_path / "beside.otio")
    assert '"media/a b.mov"' in (tmp_path / "beside.otio").read_text()
    write_filled(found, (), tmp_path / "far" / "out.otio")
    assert first_clip(read(tmp_path / "far" / "out.otio")).source.path == tmp_path / "media" / "a b.mov"


def test_new_media_are_named_the_way_the_file_names_its_own(tmp_path: Path) -> None:
    found = opened(tmp_path, timeline(clip(), gap(), clip()))
    write_filled(found, fills_for(found.listing), tmp_path / "out.otio")
    made = json.loads((tmp_path / "out.otio").read_text())["tracks"]["children"][1]["children"][1]
    assert made["media_reference"]["target_url"] == "file:///out/my%20fills/gap_01/gap_01.mov"
    assert made["metadata"]["mpd_studio"] == {"confidence": "0.93", "engine": "flow", "seed": "7"}
    assert made["markers"][0]["name"] == "MPD Studio"


def test_timecode_of_the_media(tmp_path: Path) -> None:
    media = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "target_url": "/shots/a.mov",
        "available_range": span(86400, 240),
    }
    known = first_clip(opened(tmp_path, timeline(clip(start=86410, media_reference=media))))
    assert (known.start, known.source.start, known.source.length) == (10, 86400, 240)
    missing = {"OTIO_SCHEMA": "MissingReference.1"}
    unknown = first_clip(opened(tmp_path, timeline(clip(start=86410, media_reference=missing))))
    assert (unknown.start, unknown.source.start, unknown.source.path, unknown.source.name) == (
        86410,
        None,
        None,
        "shot",
    )


def test_image_sequences(tmp_path: Path) -> None:
    sequence = {
        "OTIO_SCHEMA": "ImageSequenceReference.1",
        "target_url_base": "file:///shots/",
        "name_prefix": "f.",
        "name_suffix": ".exr",
        "start_frame": 1001,
        "frame_step": 1,
        "rate": RATE,
        "frame_zero_padding": 4,
        "missing_frame_policy": "error",
        "available_range": span(0, 100),
    }
    found = first_clip(opened(tmp_path, timeline(clip(media_reference=sequence))))
    assert found.source.path == PurePosixPath("/shots/f.%04d.exr")
    assert (found.source.kind, found.source.first_number) == (MediaKind.SEQUENCE, 1001)
    stepped = opened(tmp_path, timeline(clip(media_reference={**sequence, "frame_step": 2})))
    assert "every other picture" in notes(stepped)[0]


@pytest.mark.parametrize("number", [23.976, 23.98, 24000 / 1001])
def test_rounded_rates_stay_as_the_file_has_them(tmp_path: Path, number: float) -> None:
    document = json.loads(json.dumps(timeline(clip(), gap(), clip())).replace('"rate": 24', f'"rate": {number}'))
    found = opened(tmp_path, document)
    assert found.listing.rate == Fraction(24000, 1001)
    write_filled(found, fills_for(found.listing), tmp_path / "out.otio")
    made = json.loads((tmp_path / "out.otio").read_text())["tracks"]["children"][1]["children"][1]
    assert made["source_range"]["duration"] == time(6, number)
    assert spans(read(tmp_path / "out.otio")) == [("clip", 0, 10), ("clip", 10, 6), ("clip", 16, 10)]


def test_collections_and_trimmed_tracks(tmp_path: Path) -> None:
    collection = {
        "OTIO_SCHEMA": "SerializableCollection.1",
        "children": [clip(), timeline(clip(), gap(), clip()), timeline()],
    }
    found = opened(tmp_path, collection)
    assert "holds 2 timelines" in found.notes[0]
    write_filled(found, fills_for(found.listing), tmp_path / "out.otio")
    assert spans(read(tmp_path / "out.otio"))[1] == ("clip", 10, 6)
    trimmed = opened(tmp_path, timeline(clip(), gap(), clip(), source_range=span(5, 15)))
    assert spans(trimmed) == [("foreign", 0, 15)]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "damaged or truncated"),
        ("[" * 100_000, "damaged or truncated"),
        ("{}", "names no OTIO_SCHEMA"),
        ('{"OTIO_SCHEMA": "Timeline.99"}', r"holds Timeline\.99 \(known here: Timeline\.1\)"),
        ('{"OTIO_SCHEMA": "Nonsense.1"}', "holds a"),
        (timeline(), None),
        (timeline(clip(length=float("nan"))), "is no time|no rate|cannot read"),
        (timeline(clip(source_range=None, media_reference=None)), "does not say how long it is|cannot read"),
        (timeline(clip(length=1e300)), "is no time"),
        (timeline(clip(source_range=span(0, 10, -5))), "is no time"),
        (timeline(clip(), kind="Audio"), "has no video track"),
        (timeline({"OTIO_SCHEMA": "Foo.9"}), "'Foo.9' does not say how long it is"),
        (timeline(clip(media_reference={"OTIO_SCHEMA": "ExternalReference.1", "target_url": 7})), "cannot read"),
    ],
)
def test_hostile_and_broken_documents(tmp_path: Path, document: object, message: str | None) -> None:
    if message is None:
        assert opened(tmp_path, document).listing.length == 0
        return
    with pytest.raises(TimelineError, match=message):
        opened(tmp_path, document)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.otio").write_bytes(b'{"OTIO_SCHEMA": "\xff"}')
    with pytest.raises(TimelineError, match="damaged"):
        read(tmp_path / "cut.otio")
