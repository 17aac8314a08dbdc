"""The style sheet, written from the tokens and the grid's unit."""

from __future__ import annotations

from mpd_studio.core.resources import resource
from mpd_studio.ui.tokens import Tokens


def style_sheet(tokens: Tokens, unit: int, caption_px: int) -> str:
    """unit: the grid's step in pixels; caption_px: height of small print."""
    t, u = tokens, unit
    return "\n".join((_ground(t, u, caption_px), _buttons(t, u), _fields(t, u), _lists(t, u), _bars(t, u)))


def _ground(t: Tokens, u: int, caption_px: int) -> str:
    return f"""
QMainWindow, QDialog {{ background: {t.window}; }}
QMainWindow::separator {{ background: {t.window}; width: {u}px; height: {u}px; }}
QMainWindow::separator:hover {{ background: {t.accent}; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; padding: {u}px; }}
QLabel[role="caption"] {{ color: {t.quiet}; font-size: {caption_px}px; }}
QLabel[role="quiet"] {{ color: {t.quiet}; }}
QLabel[role="title"] {{ font-weight: 600; font-size: {round(caption_px * 15 / 11)}px; }}
QLabel[role="section"] {{ font-weight: 600; }}
QLabel[role="tag"] {{ background: {t.gap}; color: {t.on_gap}; font-weight: 600; font-size: {caption_px}px;
    padding: {u // 2}px {2 * u}px; }}
QWidget[role="panel"] {{ background: {t.panel}; }}
QScrollArea, QScrollArea > QWidget > QWidget[role="panel"] {{ background: {t.panel}; border: none; }}
QFrame[role="rule"] {{ background: {t.line}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[role="upright-rule"] {{ background: {t.line}; border: none; max-width: 1px; min-width: 1px; }}
"""


def _buttons(t: Tokens, u: int) -> str:
    return f"""
QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; border-radius: {u}px;
    padding: 0 {3 * u}px; min-height: {6 * u}px; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.line}; }}
QPushButton:checked {{ background: {t.hover}; border: 1px solid {t.accent}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: 0 {3 * u - 1}px; min-height: {6 * u - 2}px; }}
QPushButton:disabled {{ color: {t.disabled}; background: {t.panel}; }}
QPushButton[role="primary"] {{ background: {t.accent}; color: {t.on_accent}; border: none; font-weight: 600;
    min-height: {8 * u}px; }}
QPushButton[role="primary"]:hover {{ border: 1px solid {t.text}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {t.text}; min-height: {8 * u - 4}px; }}
QPushButton[role="primary"]:disabled {{ background: {t.raised}; color: {t.disabled}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: {u}px; padding: {u - 1}px;
    color: {t.text}; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:checked {{ background: {t.raised}; border: 1px solid {t.accent}; }}
QToolButton:focus {{ border: 2px solid {t.accent}; padding: {u - 2}px; }}
QToolButton:disabled {{ color: {t.disabled}; }}
QToolButton[role="section"] {{ font-weight: 600; padding: {u}px 0; border: 1px solid transparent; }}
QToolButton[role="section"]:checked {{ background: transparent; border: 1px solid transparent; }}
QToolButton[role="section"]:hover {{ background: transparent; color: {t.accent}; }}
QToolButton[role="section"]:focus {{ border: 2px solid {t.accent}; }}
QCheckBox, QRadioButton {{ spacing: {2 * u}px; min-height: {5 * u}px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t.accent}; }}
QCheckBox::indicator {{ width: {4 * u}px; height: {4 * u}px; border: 1px solid {t.quiet}; border-radius: {u - 1}px;
    background: {t.raised}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border: 1px solid {t.accent};
    image: url("{resource(f"icons/tick-{t.name}.svg").as_posix()}"); }}
"""


def _fields(t: Tokens, u: int) -> str:
    return f"""
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ background: {t.raised}; color: {t.text};
    border: 1px solid {t.line}; border-radius: {u}px; padding: 0 {2 * u}px; min-height: {6 * u - 2}px;
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border: 2px solid {t.accent};
    padding: 0 {2 * u - 1}px; min-height: {6 * u - 4}px; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {{ color: {t.disabled};
    background: {t.panel}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ background: transparent; border: none;
    padding: 0; min-height: 0; }}
QLineEdit[role="timecode"] {{ background: transparent; border: 1px solid transparent; }}
QLineEdit[role="timecode"]:hover {{ border: 1px solid {t.line}; }}
QLineEdit[role="timecode"]:focus {{ border: 2px solid {t.accent}; background: {t.raised}; }}
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {{ width: 0; }}
QComboBox::drop-down {{ border: none; width: {6 * u}px; }}
QComboBox::down-arrow {{ image: url("{resource(f"icons/arrow-{t.name}.svg").as_posix()}"); width: {4 * u}px;
    height: {4 * u}px; }}
QComboBox QAbstractItemView {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line};
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; outline: none; }}
QPlainTextEdit {{ background: {t.window}; color: {t.text}; border: 1px solid {t.line}; border-radius: {u}px; }}
"""


def _lists(t: Tokens, u: int) -> str:
    return f"""
QListView, QTreeView, QTableView {{ background: {t.panel}; color: {t.text}; border: none; outline: none; }}
QListView:focus, QTableView:focus {{ border: 1px solid {t.accent}; }}
QListView::item {{ min-height: {6 * u}px; }}
QListView::item:selected {{ background: {t.hover}; color: {t.text}; }}
QListView::item:hover {{ background: {t.raised}; }}
QHeaderView::section {{ background: {t.window}; color: {t.quiet}; border: none; padding: {u}px; }}
QScrollBar:vertical {{ background: transparent; width: {2 * u + 2}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {2 * u + 2}px; margin: 0; }}
QScrollBar::handle {{ background: {t.line}; border-radius: {u}px; margin: 1px; }}
QScrollBar::handle:vertical {{ min-height: {6 * u}px; }}
QScrollBar::handle:horizontal {{ min-width: {6 * u}px; }}
QScrollBar::handle:hover {{ background: {t.disabled}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _bars(t: Tokens, u: int) -> str:
    return f"""
QMenuBar {{ background: {t.window}; color: {t.text}; border-bottom: 1px solid {t.line}; }}
QMenuBar::item {{ padding: {u}px {2 * u}px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.raised}; }}
QMenu {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line}; padding: {u}px 0; }}
QMenu::item {{ padding: {u}px {6 * u}px {u}px {2 * u}px; min-height: {4 * u}px; }}
QMenu::icon {{ padding-left: {2 * u}px; }}
QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
QMenu::item:disabled {{ color: {t.disabled}; background: transparent; }}
QMenu::separator {{ background: {t.line}; height: 1px; margin: {u}px 0; }}
QTabBar {{ background: transparent; border: none; }}
QTabBar::tab {{ background: transparent; color: {t.quiet}; padding: {u}px {3 * u}px; border: none;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:focus {{ color: {t.accent}; }}
QStatusBar {{ background: {t.window}; border-top: 1px solid {t.line}; }}
QStatusBar::item {{ border: none; }}
QProgressBar {{ background: {t.raised}; border: none; border-radius: {u // 2}px; max-height: {u}px;
    min-height: {u}px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: {u // 2}px; }}
QSlider::groove:horizontal {{ background: {t.line}; height: 2px; border-radius: 1px; }}
QSlider::handle:horizontal {{ background: {t.quiet}; width: {3 * u}px; height: {3 * u}px; margin: -{u + 1}px 0;
    border-radius: {(3 * u) // 2}px; }}
QSlider::handle:horizontal:hover {{ background: {t.text}; }}
QSlider:focus {{ border: 1px solid {t.accent}; border-radius: {u}px; }}
"""
