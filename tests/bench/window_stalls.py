"""How long the event loop of the real window stands still; by hand: python tests/bench/window_stalls.py [--slots].

A heartbeat of 5 ms runs in the GUI thread while the window scrubs, drags a clip among a thousand, and generates the
demo's gap. A stall is how much later than due a beat comes. Goal: under 50 ms. The first use of FFmpeg and OpenCV is
told apart: while the system loads them nothing else in Python runs.

Collections of garbage are timed too: how many there were, and the longest of each generation.

With --slots the slots are timed instead, because timing them delays every event. A slot is one event as the window
handles it, from its delivery until control is back in the event loop. It is counted in processor time of the GUI
thread, so that other programs on the machine do not count. Goal: 16 ms.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_REPOSITORY))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from mpd_studio import app  # noqa: E402
from mpd_studio.core.edits import shift_from  # noqa: E402
from mpd_studio.core.ids import ClipId, GapId  # noqa: E402
from mpd_studio.core.paths import program_paths  # noqa: E402
from mpd_studio.core.timeline import Clip, Gap, Timeline, Track, gaps_of  # noqa: E402
from mpd_studio.session.session import Session  # noqa: E402
from mpd_studio.ui.garbage import GarbageCollector  # noqa: E402
from mpd_studio.ui.theme import apply_theme  # noqa: E402

_BEAT_MS = 5


class TimedApplication(QApplication):
    """Knows the longest event so far, in processor time of the GUI thread."""

    longest_ms = 0.0
    _depth = 0

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        if self._depth:  # an event inside another belongs to it
            return super().notify(receiver, event)
        self._depth += 1
        begun_s = time.thread_time()
        try:
            return super().notify(receiver, event)
        finally:
            self._depth -= 1
            self.longest_ms = max(self.longest_ms, (time.thread_time() - begun_s) * 1000)


class Collections:
    """Of Python's garbage, as gc.callbacks tells of them, in processor time; all threads pause for each."""

    def __init__(self) -> None:
        self._begun_s = 0.0
        self._ms: dict[int, list[float]] = {}
        gc.callbacks.append(self._note)

    def _note(self, phase: str, told: dict[str, int]) -> None:
        if phase == "start":
            self._begun_s = time.thread_time()
        else:
            self._ms.setdefault(told["generation"], []).append((time.thread_time() - self._begun_s) * 1000)

    def tell(self) -> None:
        for generation, ms in sorted(self._ms.items()):
            print(f"garbage of generation {generation}: {len(ms):4} collections, longest {max(ms):5.1f} ms")


class Heartbeat(QObject):
    def __init__(self) -> None:
        super().__init__()
        self._late_ms: list[float] = []
        self._last_s = 0.0
        self._timer = QTimer(self, interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def _beat(self) -> None:
        now = time.perf_counter()
        self._late_ms.append((now - self._last_s) * 1000 - _BEAT_MS)
        self._last_s = now

    def watch(self, name: str, work: Callable[[], None]) -> None:
        app = QApplication.instance()
        timed = app if isinstance(app, TimedApplication) else None
        if timed is not None:
            timed.longest_ms = 0.0
        self._late_ms, self._last_s = [], time.perf_counter()
        self._timer.start()
        work()
        self._timer.stop()
        late = sorted(self._late_ms)
        stall = f"longest {late[-1]:5.0f} ms, 99 % under {late[int(len(late) * 0.99)]:5.0f} ms"
        print(f"{name:36} {f'longest slot {timed.longest_ms:5.1f} ms' if timed else stall}")


def spin(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def spin_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        spin(10)


def scrub(session: Session, steps: int) -> None:
    length = session.document.timeline.length
    for step in range(steps):
        session.selection.set_playhead(step * 7 % length)
        spin(16)


def thousand_clips(timeline: Timeline) -> Timeline:
    (clip, *_) = (item for item in timeline.tracks[0].items if isinstance(item, Clip))
    items: list[Clip | Gap] = []
    for number in range(1000):
        items += [replace(clip, id=ClipId(f"c{number}")), Gap(GapId(f"g{number}"), 5)]
    return replace(timeline, tracks=(Track("V1", tuple(items[:-1])),))


def drag(session: Session) -> None:
    for step in range(60):
        by = 1 if step % 20 < 10 else -1
        session.document.apply("Move", lambda t, by=by: shift_from(t, ClipId("c3"), by, GapId("new")), "drag")
        spin(16)
    session.document.end_merge()


def generate(session: Session) -> None:
    gap_id = gaps_of(session.document.timeline)[0].gap.id
    session.selection.select_gap(gap_id)
    session.generator.generate(gap_id)
    spin_until(lambda: session.jobs.current is None)


def main() -> int:
    parser = argparse.ArgumentParser(description="How long the event loop of the real window stands still.")
    parser.add_argument("--slots", action="store_true", help="time the slots instead")
    times_slots = parser.parse_args().slots
    with tempfile.TemporaryDirectory() as home:
        os.environ["MPD_STUDIO_HOME"] = home
        if times_slots:
            TimedApplication(["mpd-studio"])
        made = app.build_application()
        session = Session(program_paths())
        garbage = GarbageCollector(lambda: session.selection.playhead)
        garbage.install()
        collections = Collections()
        apply_theme(made, "dark")
        window = app.build_window(session)
        window.resize(1440, 900)
        window.show()
        beat = Heartbeat()
        app.open_demo(session)
        spin_until(lambda: session.document.timeline.length > 0)
        beat.watch("first frames (loads FFmpeg, OpenCV)", lambda: spin(3000))
        beat.watch("scrub the demo", lambda: scrub(session, 120))
        beat.watch("select the gap, draft", lambda: (session.selection.next_gap(), spin(4000))[1])
        beat.watch("generate 15 frames", lambda: generate(session))
        beat.watch("scrub again, take in the gap", lambda: scrub(session, 120))
        session.document.apply("Build", thousand_clips)
        spin(3000)
        beat.watch("scrub a thousand clips", lambda: scrub(session, 120))
        beat.watch("drag among a thousand clips", lambda: drag(session))
        collections.tell()
        window.close()
        has_stopped = session.close()
        garbage.remove()
        return 0 if has_stopped else 1


if __name__ == "__main__":
    sys.exit(main())
