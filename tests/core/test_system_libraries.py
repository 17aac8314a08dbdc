"""Missing libraries and displays are found before Qt aborts over them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mpd_studio.core import system_libraries as libraries

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only on Linux does Qt need system libraries")


class TestMissingLibraries:
    def test_the_loader_is_asked(self) -> None:
        assert not libraries.can_load("libno-such-thing.so.9")

    @linux
    def test_what_is_there_can_be_loaded(self) -> None:
        assert libraries.can_load("libc.so.6")

    @linux
    def test_a_bare_debian_needs_the_measured_packages(self) -> None:
        offscreen = libraries.packages_of(libraries.missing_libraries("offscreen", lambda _: False))
        assert offscreen[:6] == ("libgl1", "libegl1", "libglib2.0-0", "libxkbcommon0", "libfontconfig1", "libdbus-1-3")
        xcb = libraries.packages_of(libraries.missing_libraries("xcb", lambda _: False))
        assert set(offscreen) < set(xcb)
        extra = {"libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0"}
        assert extra <= set(xcb) - set(offscreen)
        assert "libwayland-cursor0" in libraries.packages_of(libraries.missing_libraries("wayland", lambda _: False))

    @linux
    def test_a_package_is_named_once(self) -> None:
        packages = libraries.packages_of(libraries.missing_libraries("xcb", lambda _: False))
        assert len(packages) == len(set(packages))

    @linux
    def test_nothing_is_missing_where_qt_runs(self, qapp: object) -> None:
        assert libraries.missing_libraries("offscreen") == ()

    @linux
    def test_every_library_that_qt_links_to_is_known(self) -> None:
        """Against the installed Qt: what its plug-ins link to and does not come with it."""
        platforms = Path(pytest.importorskip("PySide6").__file__).parent / "Qt" / "plugins" / "platforms"
        listed = {library.soname for library in libraries.missing_libraries("xcb", lambda _: False)}
        listed |= {library.soname for library in libraries.missing_libraries("wayland", lambda _: False)}
        of_every_system = (
            "libc.so",
            "libm.so",
            "libdl.so",
            "libpthread.so",
            "librt.so",
            "libstdc++",
            "libgcc_s",
            "ld-",
        )
        for plugin in ("libqoffscreen.so", "libqxcb.so", "libqwayland.so"):
            needed = {
                name for name in needed_by(platforms / plugin) if not name.startswith(("libQt6", *of_every_system))
            }
            assert needed - listed == set()


def needed_by(path: Path) -> set[str]:
    if shutil.which("readelf") is None:
        pytest.skip("readelf (binutils) is not installed")
    lines = subprocess.check_output(["readelf", "-d", str(path)], text=True).splitlines()
    return {line.split("[")[1].rstrip("]") for line in lines if "(NEEDED)" in line}


class TestAdvice:
    def test_root_needs_no_sudo(self) -> None:
        line = libraries.install_advice(["libgl1"], debian=True, root=True)
        assert line == "Install them with: apt-get install -y --no-install-recommends libgl1"
        assert "with: sudo apt-get" in libraries.install_advice(["libgl1"], debian=True, root=False)

    def test_other_systems_are_not_given_a_wrong_command(self) -> None:
        assert "apt-get" not in libraries.install_advice(["libgl1"], debian=False)

    @pytest.mark.parametrize(
        ("text", "is_debian"),
        [
            ("ID=debian\n", True),
            ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
            ('ID="fedora"\nNAME="not debian"\n', False),
            ("", False),
        ],
    )
    def test_debian_and_its_children_are_known(self, tmp_path: Path, text: str, is_debian: bool) -> None:
        path = tmp_path / "os-release"
        path.write_text(text)
        assert libraries.is_debian_like(path) is is_debian
        assert not libraries.is_debian_like(tmp_path / "absent")


class TestPlatform:
    @pytest.mark.parametrize(
        ("environ", "platform"),
        [
            ({}, None),
            ({"DISPLAY": ":0"}, "xcb"),
            ({"WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
            ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "xcb"),
            ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "wayland"),
            ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, "offscreen"),
            ({"QT_QPA_PLATFORM": "wayland;xcb"}, "wayland"),
            ({"QT_QPA_PLATFORM": "offscreen:fontconfig"}, "offscreen"),
        ],
    )
    def test_on_linux_the_environment_decides(self, environ: dict[str, str], platform: str | None) -> None:
        assert libraries.wanted_platform(environ, "linux") == platform

    def test_elsewhere_there_is_always_a_display(self) -> None:
        assert libraries.wanted_platform({}, "darwin") == "native"
        assert libraries.display_problem({}, "win32") is None


@linux
class TestDisplay:
    def test_none_announced(self) -> None:
        assert "No display was found" in (libraries.window_problem({}) or "")

    def test_announced_and_silent(self) -> None:
        assert "display :97531 does not answer" in (libraries.display_problem({"DISPLAY": ":97531"}) or "")

    def test_asked_for_and_not_announced(self) -> None:
        assert "DISPLAY is not set" in (libraries.display_problem({"QT_QPA_PLATFORM": "xcb"}) or "")

    def test_offscreen_needs_none(self) -> None:
        assert libraries.display_problem({"QT_QPA_PLATFORM": "offscreen"}) is None

    def test_a_wayland_socket_that_answers(self, tmp_path: Path) -> None:
        environ = {"WAYLAND_DISPLAY": "w0", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert "w0 does not answer" in (libraries.display_problem(environ) or "")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "w0"))
            server.listen()
            assert libraries.display_problem(environ) is None

    def test_an_x_server_that_answers(self) -> None:
        if shutil.which("Xvfb") is None:
            pytest.skip("Xvfb is not installed")
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-screen", "0", "64x64x24"]
        with subprocess.Popen(
            command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            os.close(write)
            with os.fdopen(read) as numbers:
                number = numbers.readline().strip()  # written when the server is ready
            answer = libraries.display_problem({"DISPLAY": f":{number}"})
            server.terminate()
        assert number
        assert answer is None


def test_the_file_stands_alone(repository: Path) -> None:
    """The bootstrap loads it before anything is installed."""
    path = repository / "mpd_studio" / "core" / "system_libraries.py"
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('alone', {str(path)!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "sys.modules['alone'] = module\n"
        "spec.loader.exec_module(module)\n"
        "print(module.missing_libraries('offscreen', lambda name: True))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "()", done.stderr
