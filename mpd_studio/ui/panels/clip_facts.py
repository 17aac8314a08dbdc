"""What is known about the selected clip."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QWidget

from mpd_studio.core.frames import rate_title
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Timeline
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.pieces import label
from mpd_studio.ui.situation import PlacedClip
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.theme import metrics_for


class ClipFacts(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = metrics_for(self.font()).unit
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(unit)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._caption_px = 19 * unit

    def show_clip(self, placed: PlacedClip, timeline: Timeline) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, value in (*_place_facts(placed, timeline), *media_facts(placed.clip.media)):
            caption = label(name, "quiet")
            caption.setMinimumWidth(self._caption_px)
            text = ElidedLabel(value)
            text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self._form.addRow(caption, text)


def _place_facts(placed: PlacedClip, timeline: Timeline) -> tuple[tuple[str, str], ...]:
    used = placed.clip.source_range
    return (
        (tr("On timeline"), f"{timeline.timecode(placed.start)} – {timeline.timecode(placed.stop - 1)}"),
        (tr("Uses"), tr("frames {first} to {last}").format(first=used.start, last=used.stop - 1)),
    )


def media_facts(media: MediaRef) -> tuple[tuple[str, str], ...]:
    """(name, value) of what the file says, and what was assumed because it does not say it."""
    color = media.color
    facts = [
        (tr("File"), str(media.path)),
        (tr("Size"), str(media.size)),
        (tr("Rate"), tr("{rate} fps").format(rate=rate_title(media.rate)) + (tr(", varying") if media.is_vfr else "")),
        (tr("Length"), frames_text(media.frame_count)),
        (tr("Depth"), tr("{bits} bit").format(bits=media.bit_depth) + (tr(" float") if media.is_float else "")),
        (tr("Colour"), f"{color.matrix} · {color.transfer} · {color.primaries} · {color.range}"),
        (tr("Timecode"), media.start_tc or tr("none")),
    ]
    if media.alpha:
        facts.append((tr("Alpha"), tr("yes")))
    if media.rotation:
        facts.append((tr("Rotation"), f"{media.rotation}°"))
    if media.assumed:
        facts.append((tr("Assumed"), ", ".join(media.assumed)))
    return tuple(facts)
