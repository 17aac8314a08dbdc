"""How long until the window is up, warm; by hand: python tests/bench/start_up.py [runs].

Each run is a process of its own that ends when the window has painted itself with the demo open. Goal: the window up
in 1.5 s, with no torch loaded.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
_PROGRAM = """
import sys, time
begun = time.perf_counter()
from mpd_studio import app
from PySide6.QtCore import QEvent, QObject, QTimer
imported = time.perf_counter()

class Watch(QObject):
    painted = 0.0
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.painted:
            self.painted = time.perf_counter()
        return False

watch = Watch()
build = app.build_window

def built(session):
    window = build(session)
    window.centre.installEventFilter(watch)
    def opened():
        if session.document.timeline.length:
            shown = time.perf_counter()
            heavy = [name for name in ("torch", "diffusers") if name in sys.modules]
            print(imported - begun, watch.painted - begun, shown - begun, *heavy)
            window.close()
        else:
            QTimer.singleShot(5, opened)
    QTimer.singleShot(0, opened)
    return window

app.build_window = built
sys.exit(app.main([]))
"""


def run_once(home: Path) -> tuple[list[float], list[str]]:
    """([imported, window painted, demo open] in seconds since the first line of Python, heavy modules loaded)."""
    environ = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "MPD_STUDIO_HOME": str(home)}
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=_REPOSITORY, env=environ, capture_output=True, text=True, check=True
    )
    words = ran.stdout.split()
    return [float(word) for word in words[:3]], words[3:]


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Time from the start of Python to the painted window and the open demo."
    )
    parser.add_argument("runs", nargs="?", type=int, default=5, help="how often (5)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as home:
        run_once(Path(home))  # warms the file cache
        results = [run_once(Path(home)) for _ in range(runs)]
    for name, values in zip(
        ("imported", "window painted", "demo open"), zip(*(times for times, _ in results), strict=True), strict=True
    ):
        print(f"{name:15} {statistics.median(values):.2f} s (from {min(values):.2f} to {max(values):.2f})")
    heavy = sorted({name for _, names in results for name in names})
    print("heavy modules:  ", ", ".join(heavy) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
