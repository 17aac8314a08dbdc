"""The editor's side of a job: whole files, nothing outside the folder, and every refusal by name."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from job_folder import files, jobs
from job_folder.errors import BridgeError
from job_folder.result import Result

Golden = Callable[[str], Any]
SCHEMA = "mpd.bridge.status"


def code_of(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(BridgeError) as caught:
        call(*arguments)
    assert caught.value.message
    return caught.value.code


@pytest.fixture
def sent(golden: Golden, tmp_path: Path) -> Path:
    """A job in a jobs folder whose name has a space and letters beyond ASCII."""
    wish = golden("request_source")
    return Path(jobs.NewJob(str(tmp_path / "jöbs 1"), wish["job_id"]).send(wish))


@pytest.fixture
def finished(golden: Golden, sent: Path) -> Path:
    result = golden("result")
    folder = sent / "media" / "r001"
    folder.mkdir(parents=True)
    names = [result["files"]["pattern"] % number for number in range(1, 13)]
    for name in names:
        (folder / name).write_bytes(name.encode())
    result["files"]["sha256"] = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    (sent / result["movie"]["path"]).write_bytes(b"movie")
    result["movie"]["sha256"] = hashlib.sha256(b"movie").hexdigest()
    files.write_json(str(sent / "result.json"), result)
    return sent


def change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_sent_job_appears_whole_and_is_read_back(sent: Path, golden: Golden) -> None:
    assert jobs.read_request(str(sent)) == golden("request_source")
    assert sorted(os.listdir(sent)) == ["request.json"]
    assert os.listdir(sent.parent) == [sent.name]
    assert jobs.job_folder(str(sent.parent), sent.name) == str(sent)


def test_a_job_with_pictures_keeps_them(golden: Golden, tmp_path: Path) -> None:
    wish = golden("request_as_seen")
    job = jobs.NewJob(str(tmp_path), wish["job_id"])
    Path(job.frames, "A.png").write_bytes(b"a")
    assert sorted(os.listdir(job.send(wish))) == ["frames", "request.json"]


def test_a_wrong_request_leaves_nothing(golden: Golden, tmp_path: Path) -> None:
    wish = golden("request_source")
    wish["gap"]["count"] = 0
    assert code_of(jobs.NewJob(str(tmp_path), wish["job_id"]).send, wish) == "NO_GAP"
    assert os.listdir(tmp_path) == []


def test_a_jobs_folder_that_cannot_be_made(tmp_path: Path, golden: Golden) -> None:
    (tmp_path / "file").write_text("")
    assert code_of(jobs.NewJob, str(tmp_path / "file"), golden("job_ids")["good"][0]) == "NOT_WRITABLE"


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "receipt.json"
    files.write_json(str(place), {"old": 1})

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert code_of(files.write_json, str(place), {"new": 2}) == "DISK_FULL"
    assert json.loads(place.read_text()) == {"old": 1}
    assert os.listdir(tmp_path) == ["receipt.json"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.st', "BAD_MESSAGE"),
        (b"\xff\xfe{}", "BAD_MESSAGE"),
        (b"[]", "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.status", "version": "1.0", "x": NaN}', "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.status", "version": "1.0", "x": 1e999}', "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.status", "version": "1.0", "x": ' + b"9" * 10_000 + b"}", "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.status", "version": "1.0", "x": ' + b"[" * 100_000, "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.status", "version": "1.0", "x": "' + b"x" * (1 << 20) + b'"}', "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.result", "version": "1.0"}', "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.status", "version": "1.0", "job_id": "another"}', "BAD_MESSAGE"),
        (b'{"schema": "mpd.bridge.status", "version": "2.0"}', "PROTOCOL_VERSION"),
    ],
)
def test_what_is_no_message(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "status.json").write_bytes(content)
    assert code_of(files.read_json, str(tmp_path / "status.json"), SCHEMA, "this") == code


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "link.json").symlink_to("/dev/zero")
    (tmp_path / "folder.json").mkdir()
    for name in ("pipe", "link", "folder"):
        assert code_of(files.read_json, str(tmp_path / f"{name}.json"), SCHEMA) == "PATH_REFUSED"
    assert code_of(files.read_json, str(tmp_path / "absent.json"), SCHEMA) == "MEDIA_MISSING"
    assert code_of(files.read_json, str(tmp_path / "nul\0.json"), SCHEMA) == "MEDIA_MISSING"


def test_brackets_in_texts_are_no_depth(tmp_path: Path) -> None:
    document = {"schema": SCHEMA, "version": "1.0", "job_id": "this", "x": '\\"' + "[" * 1000}
    files.write_json(str(tmp_path / "status.json"), document)
    assert files.read_json(str(tmp_path / "status.json"), SCHEMA, "this") == document


def test_a_result_is_read_with_its_places(finished: Path) -> None:
    result = jobs.read_result(str(finished))
    assert isinstance(result, Result)
    assert (result.revision, result.count) == (1, 12)
    assert result.files[0] == str(finished / "media" / "r001" / "reel1_86448_000001.png")
    assert result.movie == str(finished / "media" / "r001" / "reel1_86448.mov")
    assert jobs.result_revision(str(finished)) == 1


def test_no_result_yet(sent: Path) -> None:
    assert code_of(jobs.read_result, str(sent)) == "NO_RESULT"
    assert jobs.result_revision(str(sent)) == 0


def test_the_studios_own_error_is_told(sent: Path, golden: Golden) -> None:
    files.write_json(str(sent / "result.json"), golden("result_error"))
    assert code_of(jobs.read_result, str(sent)) == "MEDIA_MISSING"
    assert jobs.result_revision(str(sent)) == 0


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("folder", "../elsewhere", "PATH_REFUSED"),
        ("folder", "/tmp", "PATH_REFUSED"),
        ("pattern", "%s_%06d.png", "BAD_MESSAGE"),
        ("pattern", "../x_%06d.png", "BAD_MESSAGE"),
        ("pattern", "%06d%n.png", "BAD_MESSAGE"),
        ("count", 13, "BAD_MESSAGE"),
        ("count", 10**30, "BAD_MESSAGE"),
        ("first_number", -1, "BAD_MESSAGE"),
        ("first_number", 2, "MEDIA_DAMAGED"),
        ("first_number", 100, "MEDIA_MISSING"),
        ("sha256", "none", "BAD_MESSAGE"),
    ],
)
def test_a_result_that_lies(finished: Path, key: str, value: Any, code: str) -> None:
    path = finished / "result.json"
    change(path, files={**json.loads(path.read_text())["files"], key: value})
    assert code_of(jobs.read_result, str(finished)) == code


def test_a_file_that_changed_is_noticed(finished: Path) -> None:
    frame = finished / "media" / "r001" / "reel1_86448_000012.png"
    frame.write_bytes(b"other")
    assert code_of(jobs.read_result, str(finished)) == "MEDIA_DAMAGED"
    assert code_of(lambda: frame.unlink() or jobs.read_result(str(finished))) == "MEDIA_MISSING"


def test_media_behind_a_link_is_refused(finished: Path, tmp_path: Path) -> None:
    (finished / "media").rename(tmp_path / "elsewhere")
    (finished / "media").symlink_to(tmp_path / "elsewhere")
    assert code_of(jobs.read_result, str(finished)) == "PATH_REFUSED"


def test_a_job_that_is_a_link_is_refused(sent: Path, golden: Golden) -> None:
    other = golden("job_ids")["good"][1]
    (sent.parent / other).symlink_to(sent)
    assert code_of(jobs.job_folder, str(sent.parent), other) == "PATH_REFUSED"
    assert code_of(jobs.job_folder, str(sent.parent), "../x") == "BAD_MESSAGE"
    assert code_of(jobs.job_folder, str(sent.parent), golden("job_ids")["good"][2]) == "NO_RESULT"


def test_status_and_cancel(sent: Path, golden: Golden) -> None:
    assert jobs.read_status(str(sent)) == {}
    files.write_json(str(sent / "status.json"), golden("status_running"))
    assert jobs.read_status(str(sent))["progress"] == 0.25
    (sent / "status.json").write_text("{half")
    assert jobs.read_status(str(sent)) == {}
    jobs.cancel(str(sent))
    assert (sent / "cancel").read_bytes() == b""


def test_where_the_jobs_are(tmp_path: Path, golden: Golden) -> None:
    place = tmp_path / "bridge_config.json"
    files.write_json(str(place), golden("bridge_config"))
    assert jobs.read_config(str(place))["jobs"] == golden("bridge_config")["jobs"]
    files.write_json(str(place), {**golden("bridge_config"), "jobs": "relative"})
    assert code_of(jobs.read_config, str(place)) == "BAD_MESSAGE"
    assert not jobs.studio_seen(str(tmp_path / "jobs"))
    files.write_json(str(tmp_path / "bridge.json"), golden("bridge"))
    assert jobs.studio_seen(str(tmp_path / "jobs"))
