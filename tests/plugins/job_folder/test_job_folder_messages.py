"""The editor's side of the protocol against the messages that both sides agree on."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from job_folder import files, ids, jobs, request
from job_folder.errors import CODES, BridgeError, error_from_json

Golden = Callable[[str], Any]


def spoil(document: Any, where: str, value: Any) -> Any:
    """A message with one value replaced; "gap.count" names it, and None takes it away."""
    *path, last = where.split(".")
    part = document
    for key in path:
        part = part[key]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return document


@pytest.mark.parametrize("name", ["request_source", "request_as_seen", "request_drop_frame", "request_least"])
def test_a_golden_request_is_accepted(golden: Golden, name: str) -> None:
    request.check_request(golden(name))


def test_a_built_request_is_the_golden_one(golden: Golden) -> None:
    wanted = golden("request_source")
    parts = {key: wanted[key] for key in ("host", "rate", "timeline", "gap", "frames", "color", "want")}
    built = request.build_request(wanted["job_id"], **parts)
    assert built == {**wanted, "created": built["created"]}
    assert len(built["created"]) == len(wanted["created"])


@pytest.mark.parametrize(
    ("where", "value", "code"),
    [
        ("gap.count", 0, "NO_GAP"),
        ("gap.count", 100_001, "NO_GAP"),
        ("gap.count", 12.0, "BAD_MESSAGE"),
        ("gap.count", True, "BAD_MESSAGE"),
        ("gap.first", 10**400, "BAD_MESSAGE"),
        ("gap.track", 0, "BAD_MESSAGE"),
        ("gap.before.frame", 86448, "BAD_MESSAGE"),
        ("gap.after.frame", 86459, "BAD_MESSAGE"),
        ("rate.num", 23.976, "BAD_MESSAGE"),
        ("rate.den", 0, "BAD_MESSAGE"),
        ("rate.num", 1, "BAD_MESSAGE"),
        ("timeline.width", 32769, "BAD_MESSAGE"),
        ("frames.mode", "guess", "BAD_MESSAGE"),
        ("frames.before.path", "a\0b", "BAD_MESSAGE"),
        ("frames.before.index", -1, "BAD_MESSAGE"),
        ("frames.after", None, "BAD_MESSAGE"),
        ("host.app", None, "BAD_MESSAGE"),
        ("want.media", ["jpeg"], "BAD_MESSAGE"),
        ("want.placement", "anywhere", "BAD_MESSAGE"),
    ],
)
def test_a_request_out_of_range_is_refused(golden: Golden, where: str, value: Any, code: str) -> None:
    with pytest.raises(BridgeError) as caught:
        request.check_request(spoil(golden("request_source"), where, value))
    assert caught.value.code == code


def test_pictures_of_a_job_lie_inside_it(golden: Golden) -> None:
    with pytest.raises(BridgeError) as caught:
        request.check_request(spoil(golden("request_as_seen"), "frames.before.path", "../A.png"))
    assert caught.value.code == "PATH_REFUSED"


def test_job_ids(golden: Golden) -> None:
    names = golden("job_ids")
    assert [name for name in names["good"] if not ids.is_job_id(name)] == []
    assert [name for name in names["bad"] if ids.is_job_id(name)] == []
    made = [ids.new_job_id() for _ in range(1000)]
    assert all(map(ids.is_job_id, made))
    assert len(set(made)) == 1000


def test_paths_inside(golden: Golden) -> None:
    paths = golden("inside_paths")
    assert [path for path in paths["good"] if not files.is_inside_path(path)] == []
    assert [path for path in paths["bad"] if files.is_inside_path(path)] == []


def test_versions(golden: Golden) -> None:
    versions = golden("versions")
    for version in versions["good"]:
        files.check_version(version, "x.json")
    for group, code in (("other_major", "PROTOCOL_VERSION"), ("bad", "BAD_MESSAGE")):
        for version in [*versions[group], *([None, 1.0] if group == "bad" else [])]:
            with pytest.raises(BridgeError) as caught:
                files.check_version(version, "x.json")
            assert caught.value.code == code, version


def test_both_sides_know_the_same_codes(golden: Golden) -> None:
    assert sorted(CODES) == sorted(golden("error_codes"))
    with pytest.raises(ValueError, match="no error code"):
        BridgeError("OOPS", "")


def test_an_error_travels(golden: Golden) -> None:
    written = golden("result_error")["error"]
    assert error_from_json(written).as_json() == written
    unknown = error_from_json({"code": "LATER", "message": "x", "retryable": True, "detail": {"code": 1, "n": 2}})
    assert unknown.as_json() == {
        "code": "BAD_MESSAGE",
        "message": "x",
        "retryable": True,
        "detail": {"n": 2, "reported": "LATER"},
    }


def test_the_golden_messages_are_written_as_the_protocol_writes(repository: Path, tmp_path: Path) -> None:
    for path in sorted((repository / "tests" / "golden" / "bridge").glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        if isinstance(document, dict):
            files.write_json(str(tmp_path / path.name), document)
            assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_receipt_is_the_golden_one(golden: Golden, tmp_path: Path) -> None:
    for name in ("receipt_placed", "receipt_failed"):
        wanted = golden(name)
        job = tmp_path / wanted["job_id"]
        job.mkdir(exist_ok=True)
        error = error_from_json(wanted["error"]) if "error" in wanted else None
        jobs.write_receipt(str(job), wanted["revision"], wanted.get("placed"), error)
        written = json.loads((job / "receipt.json").read_text())
        assert written == {**wanted, "created": written["created"]}


def test_it_stays_readable_for_the_oldest_python_and_needs_nothing_else(repository: Path) -> None:
    found = sorted((repository / "plugins" / "job_folder").glob("*.py"))
    assert len(found) > 5
    for path in found:
        tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 6))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module or "")
            assert not [name for name in names if name.split(".")[0] not in sys.stdlib_module_names]
