from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from timelines import guidance

from mpd_studio.core.errors import GuidanceError
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import EasingKind, Guidance, RegionMode
from mpd_studio.core.guidance_file import decode_guidance, encode_guidance, read_guidance

DOCUMENT: dict[str, Any] = {
    "version": 1,
    "size": [1280, 720],
    "ease": "linear",
    "paths": [
        {
            "points": [
                {"t": 0, "x": 320.5, "y": 200.5},
                {"t": 0.5, "x": 400, "y": 120},
                {"t": 1, "x": 520.5, "y": 210.5},
            ],
            "easing": [[0, 0], [0.5, 0.9], [1, 1]],
            "radius": 60,
            "region": "ball",
        }
    ],
    "regions": [
        {
            "id": "ball",
            "on": "first",
            "mode": "still",
            "polygon": [[1, 1], [9, 1], [9, 9]],
            "mask": None,
            "feather": 4,
            "follows": 0,
        }
    ],
}


def test_the_documented_file_is_read() -> None:
    read, size = decode_guidance(DOCUMENT)
    assert size == Size(1280, 720)
    assert read.paths[0].points[1].position == Point(400, 120)
    assert read.paths[0].easing.kind is EasingKind.CURVE
    assert read.regions[0].mode is RegionMode.STILL
    assert read.regions[0].follows == read.paths[0].id


def test_guidance_survives_a_round_trip() -> None:
    again, size = decode_guidance(json.loads(json.dumps(encode_guidance(guidance(), Size(1280, 720)))))
    assert (again, size) == (guidance(), Size(1280, 720))


def test_a_file_for_another_size_is_fitted_to_the_canvas(tmp_path: Path) -> None:
    (tmp_path / "g.json").write_text(json.dumps(DOCUMENT))
    read = read_guidance(tmp_path / "g.json", Size(640, 360))
    assert read.paths[0].start == Point(160.25, 100.25)
    assert read.paths[0].radius == pytest.approx(30)


def test_a_mask_lies_beside_the_file(tmp_path: Path) -> None:
    doc = copy.deepcopy(DOCUMENT)
    doc["regions"][0].update(polygon=None, mask="ball.png")
    (tmp_path / "g.json").write_text(json.dumps(doc))
    mask = read_guidance(tmp_path / "g.json", Size(1280, 720)).regions[0].mask
    assert mask is not None
    assert mask.path == str(tmp_path / "ball.png")


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("version",), 2, "version 2"),
        (("size",), [0, 10], "size"),
        (("size",), "big", "malformed"),
        (("ease",), "bouncy", "no easing"),
        (("paths", 0, "points"), [{"t": 0, "x": 1, "y": 1}], "time 1"),
        (("paths", 0, "points", 1, "t"), 1.5, "between 0 and 1"),
        (("paths", 0, "points", 1, "x"), "left", "path 1"),
        (("paths", 0, "points", 1, "x"), float("nan"), "finite"),
        (("paths", 0, "points", 1, "x"), 10**400, "finite"),
        (("paths", 0, "points", 1, "x"), 1e300, "finite"),
        (("paths", 0, "radius"), -1, "radius"),
        (("paths", 0, "radius"), float("inf"), "finite"),
        (("paths", 0, "radius"), 1e-300, "radius"),
        (("size",), [10**400, 10], "size"),
        (("size",), [10], "size"),
        (("regions", 0, "feather"), float("nan"), "finite"),
        (("regions", 0, "mask"), "a\0b", "a text"),
        (("regions", 0, "strokes"), [{"points": [[1, 1]], "width": float("nan")}], "finite"),
        (("regions", 0, "strokes"), [{"points": [[1, 1]], "width": -5}], "width"),
        (("paths", 0, "easing"), [[0, 0], [0.5, 0.9], [1, 0.2]], "never fall"),
        (("paths", 0, "region"), "nobody", "does not exist"),
        (("regions", 0, "follows"), 3, "no path number 3"),
        (("regions", 0, "mode"), "dances", "region 1"),
        (("regions", 0, "polygon"), [[1, 1]], "three points"),
        (("regions", 0, "mask"), "also.png", "one of them"),
    ],
)
def test_a_malformed_file_names_the_place(place: tuple[Any, ...], value: object, words: str) -> None:
    doc = copy.deepcopy(DOCUMENT)
    inner: Any = doc
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(GuidanceError, match=words):
        decode_guidance(doc)


@pytest.mark.parametrize("doc", [None, [], 3, {}, {"version": 1}])
def test_what_is_no_guidance_at_all_is_refused(doc: object) -> None:
    with pytest.raises(GuidanceError):
        decode_guidance(doc)


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(GuidanceError, match="cannot be read"):
        read_guidance(tmp_path / "none.json", Size(2, 2))
    with pytest.raises(GuidanceError, match="not a file"):
        read_guidance(tmp_path, Size(2, 2))
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(GuidanceError, match="not a JSON"):
        read_guidance(tmp_path / "bad.json", Size(2, 2))


def test_an_empty_guidance_is_empty() -> None:
    assert Guidance().is_empty
    assert not guidance().is_empty
