"""The terms of weights, and whether the user agrees to them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for
from mpd_studio.weights.catalogue import Entry


class LicenceDialog(QDialog):
    """accepted(): the user agreed. licence_text: of the file beside the weights, when they are here."""

    def __init__(self, entry: Entry, licence_text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Terms of {name}").format(name=entry.id))
        unit = metrics_for(self.font()).unit
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * unit, 4 * unit, 4 * unit, 4 * unit)
        column.setSpacing(3 * unit)
        column.addWidget(label(entry.title, "title", wraps=True))
        column.addWidget(label(terms_lead(entry), wraps=True))
        self.terms = QPlainTextEdit(terms_text(entry, licence_text), readOnly=True)
        self.terms.setAccessibleName(tr("Terms"))
        column.addWidget(self.terms, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.agree: QPushButton = buttons.addButton(tr("I agree"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.agree.setToolTip(tr("Your consent is kept, with today's date, beside the weights."))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.resize(150 * unit, 120 * unit)
        self.terms.setFocus(Qt.FocusReason.OtherFocusReason)


def terms_lead(entry: Entry) -> str:
    return tr("These weights come under the {licence}.").format(licence=entry.licence.name)


def terms_text(entry: Entry, licence_text: str) -> str:
    """What the terms come to, where they stand, and the text itself where it lies beside the weights."""
    unwrapped = entry.licence.terms.replace("\n  ", " ")  # the window breaks the lines
    parts = [unwrapped, tr("The text: {url} and {page}").format(url=entry.licence.url, page=entry.page)]
    if licence_text:
        parts.append(tr("The file that came with the weights:") + "\n\n" + licence_text)
    return "\n\n".join(parts)
