"""Which gap is meant: between two selected strips, else the one under the playhead. No bpy in here.

A strip is a Span: (name, channel, first, stop), covering the frames [first, stop).
"""

from collections import namedtuple

from .job_folder.errors import BridgeError

Span = namedtuple("Span", "name channel first stop")
Gap = namedtuple("Gap", "channel first count before after")


def gaps_of(spans):
    """All gaps between two spans of one channel, by channel and then by frame."""
    found = []
    for channel in sorted({span.channel for span in spans}):
        row = sorted((span for span in spans if span.channel == channel), key=lambda span: (span.first, span.stop))
        before = None
        for span in row:
            if before is not None and span.first > before.stop:
                found.append(Gap(channel, before.stop, span.first - before.stop, before.name, span.name))
            if before is None or span.stop > before.stop:
                before = span
    return found


def choose_gap(spans, selected, active, playhead):
    """selected: names. active: name or "".

    Raises:
        BridgeError: NO_GAP, with what to do.
    """
    gaps = gaps_of(spans)
    chosen = [span for span in spans if span.name in selected]
    if len(chosen) == 2 and chosen[0].channel == chosen[1].channel:
        names = {span.name for span in chosen}
        between = [gap for gap in gaps if {gap.before, gap.after} == names]
        if between:
            return between[0]
        raise BridgeError("NO_GAP", "The two selected strips have no gap between them. Move one, or select others.")
    here = [gap for gap in gaps if gap.first <= playhead < gap.first + gap.count]
    if len(here) > 1:
        channels = {span.channel for span in spans if span.name == active}
        meant = [gap for gap in here if gap.channel in channels]
        if len(meant) != 1:
            listed = ", ".join(str(gap.channel) for gap in here)
            raise BridgeError(
                "NO_GAP", "There are gaps on channels %s. Select a strip beside the one you mean." % listed
            )
        return meant[0]
    if not here:
        raise BridgeError(
            "NO_GAP", "There is no gap at the playhead. Put it into a gap, or select the two strips around one."
        )
    return here[0]


def is_free(spans, channel, first, count):
    """Whether nothing stands on a channel in [first, first + count)."""
    return not any(span.channel == channel and span.first < first + count and span.stop > first for span in spans)
