"""The front door as a user meets it: real processes, a fake Python behind them."""

from __future__ import annotations

import ast
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fake_checkout import Checkout

BOOTSTRAP = "packaging/bootstrap.py"


def door(repository: Path, *arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    script = str(repository / BOOTSTRAP)
    command = [sys.executable, *(["-c", code] if code else [script]), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestUsage:
    @pytest.mark.parametrize("arguments", [(), ("walk",), ("check", "more")])
    def test_a_wrong_word_exits_with_2_and_says_how(self, repository: Path, arguments: tuple[str, ...]) -> None:
        done = door(repository, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "check" in done.stderr

    def test_help_is_no_error(self, repository: Path) -> None:
        done = door(repository, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert "bootstrap.py run" in done.stdout


class TestPythonVersion:
    def test_old_pythons_can_read_the_door(self, repository: Path) -> None:
        ast.parse((repository / BOOTSTRAP).read_text("utf-8"), feature_version=(3, 6))

    @pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
    def test_a_python_out_of_range_gets_a_sentence(self, repository: Path, version: tuple[int, int, int]) -> None:
        script = str(repository / BOOTSTRAP)
        code = f"import runpy, sys\nsys.version_info = {version}\nrunpy.run_path({script!r}, run_name='__main__')"
        done = door(repository, "run", code=code)
        assert done.returncode == 3
        assert f"needs Python 3.11 to 3.13; this is Python 3.{version[1]}." in done.stderr

    def test_a_really_old_python_gets_it_too(self, repository: Path) -> None:
        old = next((name for name in ("python3.10", "python3.9", "python3.8") if answers(name)), None)
        if old is None:
            pytest.skip("no Python older than 3.11 is installed here")
        done = subprocess.run([old, str(repository / BOOTSTRAP), "run"], capture_output=True, text=True, check=False)
        assert done.returncode == 3
        assert "needs Python 3.11 to 3.13" in done.stderr


def answers(name: str) -> bool:
    return shutil.which(name) is not None and subprocess.run([name, "-c", ""], capture_output=True).returncode == 0


class TestRun:
    def test_arguments_go_to_the_program_in_the_callers_folder(self, checkout: Checkout, tmp_path: Path) -> None:
        checkout.mark_ready()
        done = checkout.bootstrap("run", "fill", "a b.png", "é.png", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert checkout.calls[-1] == f"{tmp_path} | -P -m mpd_studio fill a b.png é.png"

    def test_without_a_display_the_demo_is_filled_here(self, checkout: Checkout, tmp_path: Path) -> None:
        checkout.mark_ready()
        done = checkout.bootstrap("run", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "No display was found" in done.stdout
        project, output = checkout.root / "resources" / "demo" / "demo.mpdproj", tmp_path / "demo-output"
        command = f"-P -m mpd_studio fill-timeline {project} --out {output} --movie h264 --overwrite"
        assert checkout.calls == [f"{tmp_path} | {command}"]
        assert str(output) in done.stdout

    def test_a_display_that_does_not_answer_is_none(self, checkout: Checkout) -> None:
        checkout.mark_ready()
        done = checkout.bootstrap("run", DISPLAY=":97531")
        assert done.returncode == 0, done.stderr
        assert "The display :97531 does not answer" in done.stdout
        assert "fill-timeline" in checkout.calls[-1]

    def test_with_a_platform_asked_for_the_window_opens_the_demo(self, checkout: Checkout) -> None:
        checkout.mark_ready()
        done = checkout.bootstrap("run", QT_QPA_PLATFORM="offscreen")
        assert done.returncode == 0, done.stderr
        demo = checkout.root / "resources" / "demo" / "demo.mpdproj"
        assert checkout.calls == [f"{checkout.root} | -P -m mpd_studio {demo}"]

    def test_the_programs_exit_code_comes_through(self, checkout: Checkout) -> None:
        checkout.mark_ready()
        assert checkout.bootstrap("run", FAKE_CODE="5").returncode == 5

    def test_a_signal_that_ends_the_program_is_the_callers_to_see(self, checkout: Checkout) -> None:
        checkout.mark_ready()
        assert checkout.bootstrap("run", FAKE_DIES="yes").returncode == -9

    def test_nothing_leaks_into_the_program(self, checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "VIRTUAL_ENV"):
            monkeypatch.setenv(name, "/elsewhere")
        environ = checkout.venv.environ()
        assert environ.keys() & {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "VIRTUAL_ENV"} == set()
        assert environ["PATH"].startswith(str(checkout.root / ".venv"))
        assert environ["PYTHONNOUSERSITE"] == "1"


class TestTestAndCheck:
    def test_pytest_runs_in_the_checkout_offscreen(self, checkout: Checkout, tmp_path: Path) -> None:
        checkout.mark_ready("check", "test")
        done = checkout.bootstrap("test", "tests/core", "-q", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert checkout.calls == [f"{checkout.root} | -P -m pytest tests/core -q"]

    def test_the_whole_suite_is_shared_out_among_the_cores(self, checkout: Checkout) -> None:
        checkout.mark_ready("check", "test")
        assert checkout.bootstrap("test").returncode == 0
        assert checkout.calls == [
            f"{checkout.root} | -P -m pytest -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder",
        ]

    def test_every_check_runs_and_the_failed_ones_are_named(self, checkout: Checkout) -> None:
        checkout.mark_ready("check", "test")
        for tool, code in {"ruff": 1, "pyright": 0, "lint-imports": 1}.items():
            path = checkout.root / ".venv" / "bin" / tool
            path.write_text(f'#!/bin/sh\necho "{tool} $@" >> "$FAKE_CALLS"\nexit {code}\n')
            path.chmod(0o755)
        done = checkout.bootstrap("check")
        assert done.returncode == 1
        assert done.stdout.splitlines()[-1] == "Failed: format, lint, imports"
        assert checkout.calls == ["ruff format --check .", "ruff check .", "pyright ", "lint-imports "]

    def test_continuous_integration_runs_all_steps_and_stops_at_the_first_failure(
        self, repository: Path, tmp_path: Path
    ) -> None:
        calls = tmp_path / "calls.txt"
        python = tmp_path / "python3"
        python.write_text('#!/bin/sh\necho "$@" >> "$CALLS"\nexit "$CODE"\n')
        python.chmod(0o755)
        environ = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "CALLS": str(calls)}
        script = str(repository / ".ci" / "run")
        assert subprocess.run([script], env=environ | {"CODE": "0"}, check=False).returncode == 0
        steps = [f"{BOOTSTRAP} check", "packaging/blender_venvs.py", f"{BOOTSTRAP} test"]
        assert calls.read_text().splitlines() == steps
        calls.unlink()
        assert subprocess.run([script], env=environ | {"CODE": "1"}, check=False).returncode == 1
        assert calls.read_text().splitlines() == [f"{BOOTSTRAP} check"]


def test_the_second_of_two_set_ups_waits_for_the_first(checkout: Checkout) -> None:
    place = os.open(checkout.root, os.O_RDONLY)
    fcntl.flock(place, fcntl.LOCK_EX)
    command = [sys.executable, str(checkout.root / BOOTSTRAP), "run", "--version"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout is not None
        assert "waiting" in second.stdout.readline()
        assert checkout.calls == []
        os.close(place)  # the lock goes with it
        rest = second.stdout.read()
    assert second.returncode == 0, rest
    assert "Ready" in rest
