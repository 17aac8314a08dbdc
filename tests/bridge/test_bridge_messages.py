"""The studio reads what editors write, and refuses by name what it cannot use."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from job_folder.errors import CODES
from job_folder.request import check_request

from mpd_studio.bridge.message_file import check_version, read_message, write_message
from mpd_studio.bridge.places import inside, is_inside_path, is_job_id
from mpd_studio.bridge.problem import BridgeProblem, ErrorCode
from mpd_studio.bridge.request import FrameMode, Placement, WantedMedia, decode_request, read_request
from mpd_studio.core.geometry import Size

Golden = Callable[[str], Any]
EVIL_TEXTS = {
    "empty": b"",
    "half": b'{"schema": "mpd.bridge.requ',
    "not UTF-8": b"\xff\xfe\x00",
    "a list": b"[]",
    "NaN": b'{"schema": "mpd.bridge.request", "version": "1.0", "x": NaN}',
    "infinite": b'{"schema": "mpd.bridge.request", "version": "1.0", "x": -1e999}',
    "huge number": b'{"schema": "mpd.bridge.request", "version": "1.0", "x": ' + b"9" * 9999 + b"}",
    "deep": b'{"schema": "mpd.bridge.request", "version": "1.0", "x": ' + b"[" * 500_000,
    "large": b'{"schema": "mpd.bridge.request", "version": "1.0", "x": "' + b"x" * (1 << 20) + b'"}',
    "other kind": b'{"schema": "mpd.bridge.result", "version": "1.0"}',
    "other job": b'{"schema": "mpd.bridge.request", "version": "1.0", "job_id": "x"}',
    "no version": b'{"schema": "mpd.bridge.request"}',
}


def code_of(call: Callable[..., object], *arguments: object) -> ErrorCode:
    with pytest.raises(BridgeProblem) as caught:
        call(*arguments)
    assert str(caught.value)
    return caught.value.code


def spoil(document: Any, where: str, value: Any) -> Any:
    *path, last = where.split(".")
    part = document
    for key in path:
        part = part[key]
    part[last] = value
    return document


def test_a_request_is_read_whole(golden: Golden) -> None:
    request = decode_request(golden("request_source"))
    assert (request.rate, request.drop_frame) == (Fraction(24000, 1001), False)
    assert (request.first, request.count, request.track, request.timeline_start) == (86448, 12, 1, 86400)
    assert (request.before.frame, request.after.frame) == (86447, 86460)
    assert (request.before.path, request.before.index) == ("C:/media/shot 010 é.mov", 47)
    assert request.mode is FrameMode.SOURCE
    assert request.placement is Placement.SAME_TRACK
    assert request.media == (WantedMedia.PNG16, WantedMedia.PRORES_422_HQ)
    assert request.canvas == Size(1920, 1080)
    assert request.host.version == "21.1.0.14"
    assert dict(request.color)["transfer"] == "bt709"


def test_the_other_golden_requests(golden: Golden) -> None:
    drop = decode_request(golden("request_drop_frame"))
    assert (drop.rate, drop.drop_frame, drop.first, drop.count) == (Fraction(30000, 1001), True, 107940, 1)
    seen = decode_request(golden("request_as_seen"))
    assert (seen.mode, seen.before.path, seen.placement) == (
        FrameMode.AS_SEEN,
        "frames/A.png",
        Placement.TRACK_ABOVE,
    )
    least = decode_request(golden("request_least"))
    assert (least.media, least.handles, least.name, least.pixel_aspect) == ((), (0, 0), "", Fraction(1))


def test_unknown_keys_are_ignored(golden: Golden) -> None:
    request = golden("request_source")
    later = {**request, "version": "1.7", "mood": "blue", "gap": {**request["gap"], "colour": [1, 2]}}
    assert decode_request(later) == decode_request(request)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("gap.count", 12.0),
        ("gap.count", True),
        ("gap.count", "12"),
        ("gap.count", 0),
        ("gap.count", -1),
        ("gap.count", 10**400),
        ("gap.first", None),
        ("gap.first", 10**10),
        ("gap.track", 0),
        ("gap.before.frame", 86448),
        ("gap.after.frame", 86459),
        ("gap.before", []),
        ("rate.num", 23.976),
        ("rate.num", 1),
        ("rate.den", 0),
        ("timeline.width", 0),
        ("timeline.height", 32769),
        ("frames.mode", "guess"),
        ("frames.before.path", ""),
        ("frames.before.path", "a\0b"),
        ("frames.before.index", -1),
        ("frames.after", "x"),
        ("host.app", None),
        ("want.media", ["jpeg"]),
        ("want.placement", "anywhere"),
    ],
)
def test_both_sides_refuse_the_same_requests(golden: Golden, where: str, value: Any) -> None:
    document = spoil(golden("request_source"), where, value)
    code = code_of(decode_request, document)
    assert code in (ErrorCode.BAD_MESSAGE, ErrorCode.NO_GAP)
    with pytest.raises(Exception, match=r"\w") as caught:
        check_request(document)
    assert getattr(caught.value, "code", None) == code.value


@pytest.mark.parametrize("where", ["want.handles", "timeline.par", "want.name", "rate.drop", "frames.before.start_tc"])
def test_wishes_of_the_wrong_kind_are_refused(golden: Golden, where: str) -> None:
    for value in (["x", 0], [0, 10**9], 5.5):
        assert code_of(decode_request, spoil(golden("request_source"), where, value)) is ErrorCode.BAD_MESSAGE


def test_pictures_of_a_job_lie_inside_it(golden: Golden) -> None:
    for path in golden("inside_paths")["bad"]:
        document = spoil(golden("request_as_seen"), "frames.after.path", path)
        assert code_of(decode_request, document) in (ErrorCode.PATH_REFUSED, ErrorCode.BAD_MESSAGE), path


@pytest.mark.parametrize("name", sorted(EVIL_TEXTS))
def test_what_is_no_message(job: Path, name: str) -> None:
    (job / "request.json").write_bytes(EVIL_TEXTS[name])
    assert code_of(read_request, job) is ErrorCode.BAD_MESSAGE
    assert (job / "request.json").read_bytes() == EVIL_TEXTS[name]


def test_a_later_major_version_is_refused_by_name(job: Path, golden: Golden) -> None:
    (job / "request.json").write_text(json.dumps({**golden("request_source"), "version": "2.0"}))
    with pytest.raises(BridgeProblem, match=r"speaks version 2.0 .* speaks 1.0. Update") as caught:
        read_request(job)
    assert caught.value.code is ErrorCode.PROTOCOL_VERSION


def test_what_is_no_file(job: Path, tmp_path: Path) -> None:
    place = job / "request.json"
    place.rename(tmp_path / "real.json")
    place.symlink_to(tmp_path / "real.json")
    assert code_of(read_request, job) is ErrorCode.PATH_REFUSED
    place.unlink()
    os.mkfifo(place)
    assert code_of(read_request, job) is ErrorCode.PATH_REFUSED
    place.unlink()
    assert code_of(read_request, job) is ErrorCode.MEDIA_MISSING


def test_what_is_no_job(job: Path, golden: Golden) -> None:
    ids = golden("job_ids")
    (job.parent / ids["good"][1]).symlink_to(job)
    assert code_of(read_request, job.parent / ids["good"][1]) is ErrorCode.PATH_REFUSED
    assert code_of(read_request, job.parent / ids["good"][2]) is ErrorCode.MEDIA_MISSING
    job.rename(job.parent / "not an id")
    assert code_of(read_request, job.parent / "not an id") is ErrorCode.BAD_MESSAGE


def test_files_that_a_message_names(job: Path, golden: Golden, tmp_path: Path) -> None:
    request = decode_request(golden("request_source"))
    assert code_of(request.file_of, request.after, job) is ErrorCode.MEDIA_MISSING
    source = golden("request_source")
    for path, code in (
        ("shot.mov", ErrorCode.PATH_REFUSED),
        ("/dev/zero", ErrorCode.PATH_REFUSED),
        (str(tmp_path), ErrorCode.PATH_REFUSED),
        (f"{tmp_path}/none.mov", ErrorCode.MEDIA_MISSING),
    ):
        named = decode_request(spoil(source, "frames.before.path", path))
        assert code_of(named.file_of, named.before, job) is code, path
    seen = decode_request(golden("request_as_seen"))
    (job / "frames").mkdir()
    (job / "frames" / "A.png").write_bytes(b"a")
    assert seen.file_of(seen.before, job) == job / "frames" / "A.png"
    (job / "frames" / "B.png").symlink_to("/etc/passwd")
    assert code_of(seen.file_of, seen.after, job) is ErrorCode.PATH_REFUSED


def test_ids_paths_and_versions_are_those_of_the_other_side(golden: Golden, tmp_path: Path) -> None:
    for check, name in ((is_job_id, "job_ids"), (is_inside_path, "inside_paths")):
        assert all(map(check, golden(name)["good"]))
        assert not any(map(check, golden(name)["bad"]))
    for version in golden("versions")["good"]:
        check_version(version, "x")
    for version in golden("versions")["other_major"]:
        assert code_of(check_version, version, "x") is ErrorCode.PROTOCOL_VERSION
    for version in [*golden("versions")["bad"], None, 1.0]:
        assert code_of(check_version, version, "x") is ErrorCode.BAD_MESSAGE
    assert {code.value for code in ErrorCode} == CODES == set(golden("error_codes"))
    assert inside(tmp_path, "a/b") == tmp_path / "a" / "b"


def test_messages_are_written_byte_for_byte_as_the_other_side_writes(repository: Path, tmp_path: Path) -> None:
    for path in sorted((repository / "tests" / "golden" / "bridge").glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        if isinstance(document, dict):
            write_message(tmp_path / path.name, document)
            assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_writing_never_goes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    (tmp_path / "status.json").symlink_to(tmp_path / "outside")
    write_message(tmp_path / "status.json", {"schema": "mpd.bridge.status", "version": "1.0"})
    assert (tmp_path / "outside").read_text() == "mine"
    assert read_message(tmp_path / "status.json", "status") == {"schema": "mpd.bridge.status", "version": "1.0"}
