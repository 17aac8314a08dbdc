"""Where the files that come with the program lie: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

from mpd_studio.core.errors import EnvironmentProblem

_PACKAGE = Path(__file__).resolve().parents[1]


def resource(name: str) -> Path:
    """The file or folder resources/NAME, such as "theme.qss" or "demo/demo.mpdproj".

    Raises:
        EnvironmentProblem: there is no such resource; the installation is damaged.
    """
    return _find("resources", name)


def plugin(name: str) -> Path:
    """The folder plugins/NAME: what is put inside a video editor.

    Raises:
        EnvironmentProblem: there is no such plug-in; the installation is damaged.
    """
    return _find("plugins", name)


def _find(folder: str, name: str) -> Path:
    for home in (_PACKAGE, _PACKAGE.parent):  # a wheel maps the folders into the package; a checkout has them beside it
        path = home / folder / name
        if path.exists():
            return path
    raise EnvironmentProblem(f"The program's own file {folder}/{name} is missing. Install MPD Studio again.")
