"""The studio asks a running Resolve by a child process: here with the strict fake in Resolve's place."""

from __future__ import annotations

import ast
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpd_studio.bridge.resolve_child import ChildAnswer, ask_resolve, resolve_environment
from mpd_studio.core.errors import Cancelled

HERE = Path(__file__).resolve().parent
Ask = Callable[..., ChildAnswer]


@pytest.fixture
def ask(installed: Path, tmp_path: Path) -> Ask:
    def run(
        *words: str, time_limit_s: float = 30.0, scene: str = "scenes:from_argument", **argument: Any
    ) -> ChildAnswer:
        media = tmp_path / "media"
        media.mkdir(exist_ok=True)
        variables = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE / "as_module")]),
            "FAKE_RESOLVE_SCENE": scene,
            "FAKE_RESOLVE_ARGUMENT": json.dumps({"folder": str(media), **argument}),
        }
        return ask_resolve(words, installed, environment=variables, time_limit_s=time_limit_s)

    return run


def test_the_status_names_what_is_open(ask: Ask) -> None:
    answer = ask("status", version=[21, 1, 0])
    assert answer.is_ok
    assert answer.document["host"]["timeline"] == "Reel 1"
    assert answer.document["host"]["version"][:3] == [21, 1, 0]


def test_a_gap_goes_there_and_its_frames_come_back(ask: Ask, jobs: Path, finish: Callable[..., Path]) -> None:
    sent = ask("send", str(jobs))
    assert sent.is_ok, sent.message
    (entry,) = sent.document["sent"]
    finish(Path(entry["job"]))
    placed = ask("place", entry["job"])
    assert placed.is_ok, placed.message
    assert placed.document["placed"]["count"] == 12
    assert json.loads((Path(entry["job"]) / "receipt.json").read_text("utf-8"))["state"] == "placed"


@pytest.mark.parametrize("change", [{"edition": "free"}, {"is_running": False}, {"preference": "none"}])
def test_who_cannot_be_reached_is_told_what_to_do(ask: Ask, change: dict[str, Any]) -> None:
    answer = ask("status", **change)
    assert (answer.is_ok, answer.code) == (False, "HOST_NOT_RUNNING")
    assert "External scripting" in answer.message


def test_an_error_keeps_its_code(ask: Ask, jobs: Path) -> None:
    answer = ask("send", str(jobs), has_project=False)
    assert (answer.is_ok, answer.code) == (False, "NO_PROJECT")


def test_a_busy_resolve_is_given_up_after_the_time_limit(ask: Ask) -> None:
    answer = ask("status", is_busy_s=30.0, time_limit_s=1.5)
    assert (answer.is_ok, answer.code) == (False, "API_BUSY_TIMEOUT")
    assert "1.5 s" in answer.message


def test_a_cancelled_question_ends_the_child(installed: Path, tmp_path: Path) -> None:
    ticks: list[float] = []

    def stop() -> None:
        ticks.append(time.monotonic())
        if len(ticks) == 3:
            raise Cancelled

    began = time.monotonic()
    variables = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE / "as_module")]),
        "FAKE_RESOLVE_SCENE": "scenes:from_argument",
        "FAKE_RESOLVE_ARGUMENT": json.dumps({"folder": str(tmp_path), "is_busy_s": 60}),
    }
    with pytest.raises(Cancelled):
        ask_resolve(("status",), installed, environment=variables, tick=stop)
    assert time.monotonic() - began < 20


def test_a_module_that_breaks_off_is_no_mystery(ask: Ask) -> None:
    answer = ask("status", scene="no_such_module:none")
    assert not answer.is_ok
    assert "no_such_module" in answer.message


def test_words_that_make_no_sense(ask: Ask) -> None:
    assert "status | send" in ask("dance").message
    assert "status | send" in ask("send").message


def test_resolves_module_is_missing(installed: Path) -> None:
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    answer = ask_resolve(("status",), installed, environment=variables, time_limit_s=30)
    assert (answer.code, answer.is_ok) == ("HOST_NOT_RUNNING", False)
    assert "Studio installed" in answer.message


def test_python_is_missing(installed: Path, tmp_path: Path) -> None:
    answer = ask_resolve(("status",), installed, python=tmp_path / "none")
    assert (answer.code, answer.is_ok) == ("HOST_NOT_RUNNING", False)


_RESOLVE = "Blackmagic Design/DaVinci Resolve"


@pytest.mark.parametrize(
    ("system", "api", "library"),
    [
        ("Darwin", f"/Library/Application Support/{_RESOLVE}/Developer/Scripting", "fusionscript.so"),
        ("Windows", f"D:/Data/{_RESOLVE}/Support/Developer/Scripting", "fusionscript.dll"),
        ("Linux", "/opt/resolve/Developer/Scripting", "/opt/resolve/libs/Fusion/fusionscript.so"),
    ],
)
def test_where_each_system_keeps_it(tmp_path: Path, system: str, api: str, library: str) -> None:
    variables = resolve_environment({"PROGRAMDATA": "D:/Data"}, tmp_path, system)
    assert variables["RESOLVE_SCRIPT_API"] == api
    assert variables["RESOLVE_SCRIPT_LIB"].endswith(library)
    assert variables["PYTHONPATH"].endswith(f"{api}/Modules/")
    assert ("PYTHONHOME" in variables) == (system == "Windows")


def test_what_the_user_set_is_kept(tmp_path: Path) -> None:
    variables = resolve_environment(
        {"RESOLVE_SCRIPT_API": "/mine", "RESOLVE_SCRIPT_LIB": "/mine.so"}, tmp_path, "Linux"
    )
    assert (variables["RESOLVE_SCRIPT_API"], variables["RESOLVE_SCRIPT_LIB"]) == ("/mine", "/mine.so")


def _sources(repository: Path) -> list[Path]:
    folders = (repository / "plugins" / "davinci_resolve", repository / "plugins" / "job_folder")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def test_python_3_6_reads_every_file(repository: Path) -> None:
    sources = _sources(repository)
    assert len(sources) > 15
    for path in sources:
        ast.parse(path.read_text("utf-8"), str(path), feature_version=(3, 6))


# What came to the standard library after 3.6 and is easily used without thinking.
_LATER_MODULES = {
    "dataclasses",
    "contextvars",
    "importlib.metadata",
    "importlib.resources",
    "zoneinfo",
    "graphlib",
    "tomllib",
}
_LATER_NAMES = {
    "capture_output", "missing_ok", "dirs_exist_ok", "removeprefix", "removesuffix", "fromisoformat",
    "Protocol", "Final", "Literal", "TypedDict", "cached_property", "unlink_missing", "perf_counter_ns", "time_ns",
}  # fmt: skip


def test_nothing_newer_than_python_3_6_is_used(repository: Path) -> None:
    for path in _sources(repository):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                assert not _LATER_MODULES & set(names), path
                assert "annotations" not in names, f"{path}: from __future__ import annotations needs 3.7"
            used = {keyword.arg for keyword in node.keywords} if isinstance(node, ast.Call) else set()
            used |= {node.attr} if isinstance(node, ast.Attribute) else set()
            assert not _LATER_NAMES & used, (path, used)


def test_only_the_standard_library_is_imported(repository: Path) -> None:
    allowed = set(sys.stdlib_module_names) | {"DaVinciResolveScript", "_mpd_bridge", "__future__"}
    for path in _sources(repository):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed, path
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").split(".")[0] in allowed, path


def test_no_thread_and_no_listener(repository: Path) -> None:
    """Resolve's objects answer on the script's own thread only, and nothing of ours stays behind in Resolve."""
    for path in _sources(repository):
        text = path.read_text("utf-8")
        assert not any(word in text for word in ("import threading", "import socket", "http.server")), path
