"""Where the program keeps its own things. MPD_STUDIO_HOME moves all of them under one folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

APP_NAME = "mpd-studio"
HOME_VARIABLE = "MPD_STUDIO_HOME"


@dataclass(frozen=True, slots=True)
class ProgramPaths:
    """Folders are named here and made by whoever writes into them."""

    config: Path
    cache: Path
    data: Path

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def window(self) -> Path:
        return self.config / "window.ini"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def crash_reports(self) -> Path:
        return self.data / "crashes"

    @property
    def recovery(self) -> Path:
        """Journals and takes of projects that have not been saved yet."""
        return self.data / "recovery"

    @property
    def lab(self) -> Path:
        """Results of the sampler lab, a folder each, until the user removes them."""
        return self.data / "lab"

    @property
    def bundles(self) -> Path:
        """Media of opened .otioz bundles, a folder each; projects refer to them."""
        return self.data / "bundles"

    @property
    def unfinished(self) -> Path:
        """Costly steps of runs that have not ended well yet (core/unfinished.py)."""
        return self.cache / "unfinished"

    @property
    def resolve_side(self) -> Path:
        """Our side of the bridge for asking DaVinci Resolve from outside; written anew each time."""
        return self.cache / "resolve"

    @property
    def thumbnails(self) -> Path:
        return self.cache / "thumbnails"


def program_paths(environ: Mapping[str, str] | None = None) -> ProgramPaths:
    """The folders of this user, or those under MPD_STUDIO_HOME when it is set."""
    import platformdirs

    home = (os.environ if environ is None else environ).get(HOME_VARIABLE)
    if home:
        root = Path(home).expanduser().absolute()
        return ProgramPaths(root / "config", root / "cache", root / "data")
    return ProgramPaths(
        platformdirs.user_config_path(APP_NAME, appauthor=False),
        platformdirs.user_cache_path(APP_NAME, appauthor=False),
        platformdirs.user_data_path(APP_NAME, appauthor=False),
    )
