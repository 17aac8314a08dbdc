"""Which system libraries Qt needs and lacks here, and whether a window can be opened at all.

Standard library only, and no import of the package: the bootstrap loads this file by its path, before anything is
installed. Without these checks Qt ends the process with SIGABRT, which no Python code can catch.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# soname -> Debian package. The first six and the first five of the next were verified in a minimal Debian 12; the
# others come with those there, and are named because other releases cut their packages differently.
_EVERY_PLATFORM = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libfreetype.so.6": "libfreetype6",
    "libX11.so.6": "libx11-6",
}
_OF_PLATFORM = {
    "xcb": {
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb.so.1": "libxcb1",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render.so.0": "libxcb-render0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shm.so.0": "libxcb-shm0",
        "libxcb-sync.so.1": "libxcb-sync1",
        "libxcb-util.so.1": "libxcb-util1",
        "libxcb-xfixes.so.0": "libxcb-xfixes0",
        "libxcb-xkb.so.1": "libxcb-xkb1",
        "libX11-xcb.so.1": "libx11-xcb1",
    },
    "wayland": {
        "libwayland-client.so.0": "libwayland-client0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
        "libwayland-egl.so.1": "libwayland-egl1",
    },
}
_NEEDS_A_DISPLAY = ("xcb", "wayland")
_OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True, slots=True)
class MissingLibrary:
    """soname: what the loader looks for; package: the Debian and Ubuntu package that holds it."""

    soname: str
    package: str


def can_load(soname: str) -> bool:
    """Whether the dynamic loader finds the library: the same search that Qt's plug-ins go through."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_libraries(platform: str, loads: Callable[[str], bool] = can_load) -> tuple[MissingLibrary, ...]:
    """What a Qt platform ("offscreen", "xcb", "wayland") lacks here. Empty away from Linux: there Qt brings all."""
    if not sys.platform.startswith("linux"):
        return ()
    wanted = _EVERY_PLATFORM | _OF_PLATFORM.get(platform, {})
    return tuple(MissingLibrary(soname, package) for soname, package in wanted.items() if not loads(soname))


def packages_of(missing: Iterable[MissingLibrary]) -> tuple[str, ...]:
    """The packages to install, each once, in the table's order."""
    return tuple(dict.fromkeys(library.package for library in missing))


def install_command(packages: Iterable[str]) -> tuple[str, ...]:
    return ("apt-get", "install", "-y", "--no-install-recommends", *packages)


def is_debian_like(os_release: Path = _OS_RELEASE) -> bool:
    """Whether this is Debian, Ubuntu or a system made from them."""
    try:
        text = os_release.read_text(encoding="utf-8")
    except OSError:
        return False
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    names = " ".join(values.get(key, "") for key in ("ID", "ID_LIKE")).replace('"', "").split()
    return "debian" in names or "ubuntu" in names


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def install_advice(packages: Iterable[str], debian: bool | None = None, root: bool | None = None) -> str:
    """One line that says how to get the packages, on any system."""
    names = tuple(packages)
    if not (is_debian_like() if debian is None else debian):
        return f"Install what your system calls these Debian packages: {' '.join(names)}"
    sudo = "" if (is_root() if root is None else root) else "sudo "
    return f"Install them with: {sudo}{' '.join(install_command(names))}"


def wanted_platform(environ: Mapping[str, str], system: str = sys.platform) -> str | None:
    """The Qt platform a window would use: "xcb", "wayland", "offscreen" …, or None where no display is announced."""
    asked = environ.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked:
        return asked
    if not system.startswith("linux"):
        return "native"
    has_x = bool(environ.get("DISPLAY"))
    if environ.get("WAYLAND_DISPLAY") and (environ.get("XDG_SESSION_TYPE") == "wayland" or not has_x):
        return "wayland"
    return "xcb" if has_x else None


def display_problem(environ: Mapping[str, str], system: str = sys.platform) -> str | None:
    """Why there is no display, as a sentence; None when there is one or none is needed."""
    platform = wanted_platform(environ, system)
    if platform is None:
        return "No display was found (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    if platform not in _NEEDS_A_DISPLAY:
        return None
    variable = "DISPLAY" if platform == "xcb" else "WAYLAND_DISPLAY"
    name = environ.get(variable, "")
    if not name:
        return f"QT_QPA_PLATFORM asks for {platform}, but {variable} is not set."
    answers = _x_answers(name) if platform == "xcb" else _wayland_answers(name, environ)
    return None if answers else f"The display {name} does not answer; check {variable}."


def _x_answers(display: str) -> bool:
    """Connect as Qt would, with the same library and so the same authority file."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # said by missing_libraries, with the package's name
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(os.fsencode(display), None)
    answers = xcb.xcb_connection_has_error(connection) == 0
    xcb.xcb_disconnect(connection)
    return answers


def _wayland_answers(name: str, environ: Mapping[str, str]) -> bool:
    path = os.path.join(environ.get("XDG_RUNTIME_DIR", ""), name)
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(2.0)
        try:
            channel.connect(path)
        except OSError:
            return False
    return True


def window_problem(environ: Mapping[str, str]) -> str | None:
    """Why no window can be opened here and what to do about it; None when it can."""
    display = display_problem(environ)
    if display is not None:
        return f"{display} The window needs one; without it, use the commands shown by mpd-studio --help."
    missing = missing_libraries(wanted_platform(environ) or "offscreen")
    if not missing:
        return None
    names = ", ".join(library.soname for library in missing)
    return f"The window needs system libraries that are missing here: {names}. {install_advice(packages_of(missing))}"
