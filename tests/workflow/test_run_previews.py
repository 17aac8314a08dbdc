"""Previews pass from the engine through a run to who asked for them, and never into the frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from moving_pictures import CrookedEngine, Recorder, pictures_of, request_for, still

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Preview, Reporter
from mpd_studio.workflow.inbetween import run


class Showing(CrookedEngine):
    """Offers a white preview before its cross-fade, to who wants one."""

    def __init__(self) -> None:
        super().__init__(list)
        self.made = 0

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        if reporter.wants_preview():
            self.made += 1
            white = np.full((1, 4, 6, 3), 255, np.uint8)
            white.flags.writeable = False
            reporter.preview(Preview(white, (2,), 1, 2))
        yield from super().generate(request, pictures, reporter)


class Watcher(Recorder):
    def __init__(self) -> None:
        super().__init__()
        self.previews: list[Preview] = []

    def wants_preview(self) -> bool:
        return True

    def preview(self, preview: Preview) -> None:
        self.previews.append(preview)


def test_previews_reach_who_wants_them_and_change_no_frame(tmp_path: Path) -> None:
    ends = still(tmp_path / "a.png"), still(tmp_path / "b.png", 6)
    watcher, engine = Watcher(), Showing()
    run(request_for(*ends, 3), tmp_path / "seen", watcher, open_engine=lambda _: engine)
    assert [(preview.places, preview.step) for preview in watcher.previews] == [((2,), 1)]
    unseen = Showing()
    run(request_for(*ends, 3), tmp_path / "unseen", Recorder(), open_engine=lambda _: unseen)
    assert (engine.made, unseen.made) == (1, 0)
    for seen, other in zip(pictures_of(tmp_path / "seen"), pictures_of(tmp_path / "unseen"), strict=True):
        assert np.array_equal(seen, other)
