"""Kill the program at random moments and count what is lost; by hand: python tests/session/kill_recovery.py 200.

Each round edits a project (every 1 to 20 ms, in some rounds with saves in between), kills the program without
warning, opens the project again and compares with what the program had reported. At most one action may be lost.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mpd_studio.core.timeline import Timeline

_REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_REPOSITORY))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main(rounds: int) -> int:
    from killing import edit_and_kill
    from numbered_edits import crowded, number_of

    from mpd_studio.core.project_file import write_project

    random_numbers = random.Random()
    lost: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MPD_STUDIO_HOME"] = str(Path(folder, "home"))
        for number in range(1, rounds + 1):
            path = Path(folder, f"film {number}.mpdproj")
            write_project(path, crowded())
            interval_ms, saves = random_numbers.choice((1, 4, 20)), random_numbers.choice((0, 0, 3))
            reported = edit_and_kill(path, random_numbers, interval_ms, saves)
            found = number_of(_reopened(path))
            lost[max(0, reported - found)] += 1
            if reported - found > 1:
                print(f"round {number}: {reported} reported, {found} found (every {interval_ms} ms, saves {saves})")
    for count, times in sorted(lost.items()):
        print(f"{count} actions lost: {times} of {rounds} rounds")
    return 1 if max(lost) > 1 else 0


def _reopened(path: Path) -> Timeline:
    """As the save lane opens it."""
    from mpd_studio.core.progress import SilentReporter
    from mpd_studio.session.project_home import home_of
    from mpd_studio.session.project_work import open_project

    opened = open_project(home_of(path), 0.0, SilentReporter())
    timeline = opened.recovered or opened.saved
    assert timeline is not None
    return timeline


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
