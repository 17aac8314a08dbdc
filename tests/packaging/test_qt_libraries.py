"""Qt's system libraries: installed when that is ours to do, said exactly when it is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import qt_libraries
from project_venv import SetupError

LACKING = ("libEGL.so.1", "libxcb-cursor.so.0")


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The real list, on a system where two libraries are missing."""
    module = qt_libraries._load_list()
    real = module.missing_libraries
    monkeypatch.setattr(module, "missing_libraries", lambda platform: real(platform, lambda name: name not in LACKING))
    monkeypatch.setattr(module, "is_debian_like", lambda: True)
    qt_libraries._refresh_package_lists.cache_clear()
    return module


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """Put an apt-get first on the path that writes down its calls and ends with a code."""
    log = tmp_path / "apt.log"

    def make(code: int) -> Path:
        script = tmp_path / "apt-get"
        lines = (
            "#!/bin/sh",
            f'echo "$DEBIAN_FRONTEND $@" >> "{log}"',
            '[ "$1" = update ] && exit 0',
            'echo "E: broken"',
            f"exit {code}",
        )
        script.write_text("\n".join(lines))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return log

    return make


def test_nothing_missing_does_nothing(apt_get: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    module = qt_libraries._load_list()
    monkeypatch.setattr(module, "missing_libraries", lambda platform: ())
    log = apt_get(0)
    qt_libraries.ensure_platform("xcb")
    assert not log.exists()


def test_a_user_gets_the_exact_command(libraries: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "is_root", lambda: False)
    with pytest.raises(SetupError) as stopped:
        qt_libraries.ensure_platform("xcb")
    assert str(stopped.value).splitlines() == [
        "Qt needs system libraries that are missing here: libEGL.so.1, libxcb-cursor.so.0",
        "Install them with: sudo apt-get install -y --no-install-recommends libegl1 libxcb-cursor0",
    ]


def test_elsewhere_the_packages_are_named(libraries: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "is_debian_like", lambda: False)
    with pytest.raises(SetupError, match=r"what your system calls these Debian packages: libegl1$"):
        qt_libraries.ensure_platform("offscreen")


def test_root_on_debian_installs_them(
    libraries: ModuleType, apt_get: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "is_root", lambda: True)
    log = apt_get(0)
    answers = iter([libraries.missing_libraries("offscreen"), ()])
    monkeypatch.setattr(libraries, "missing_libraries", lambda platform: next(answers))
    qt_libraries.ensure_platform("offscreen")
    assert log.read_text().splitlines() == [
        "noninteractive update -q",
        "noninteractive install -y --no-install-recommends libegl1",
    ]


def test_an_install_that_fails_stops_with_its_words(
    libraries: ModuleType, apt_get: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "is_root", lambda: True)
    apt_get(100)
    with pytest.raises(SetupError, match="E: broken\nTry it by hand: apt-get install"):
        qt_libraries.ensure_platform("offscreen")


def test_the_package_lists_are_refreshed_once(
    libraries: ModuleType, apt_get: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = apt_get(0)
    qt_libraries.apt_install(["one"])
    qt_libraries.apt_install(["two"])
    assert [line.split()[1] for line in log.read_text().splitlines()] == ["update", "install", "install"]


def test_a_virtual_display_is_only_nice_to_have(
    libraries: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(libraries, "is_root", lambda: False)
    qt_libraries.ensure_virtual_display()
    said = capsys.readouterr().out
    assert said.startswith("The screenshot test will be skipped. Install them with: sudo apt-get")
    assert "libxcb-cursor0" in said
