"""Pictures for everybody: marks stay apart in greyscale, and for colour-blind readers.

How a colour looks to them is simulated by the matrices of Machado, Oliveira and Fernandes (2009),
"A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), table of
severity 1.0. Contrast is WCAG 2.2's: 4.5 for text (1.4.3), 3 for marks that carry meaning (1.4.11).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from pulse_bot_reports.charts.colours import DARK, LIGHT, Colours

EYES = {
    "most": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def luminance(colour: str, eye: str) -> float:
    """How light a colour is to an eye, by WCAG's formula. Greyscale keeps nothing else."""
    signal = np.array(to_rgb(colour))
    linear = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return float(LUMINANCE @ np.clip(EYES[eye] @ linear, 0, 1))


def contrast(one: str, other: str, eye: str = "most") -> float:
    """From 1, the same lightness, to 21, black on white."""
    darker, lighter = sorted((luminance(one, eye), luminance(other, eye)))
    return (lighter + 0.05) / (darker + 0.05)


def apart(colours: Colours, eye: str) -> bool:
    """Whether text can be read, marks be seen, and told from one another by lightness alone."""
    marks = (colours.bar, colours.dot, colours.shade)
    return (
        all(contrast(one, colours.paper, eye) >= 4.5 for one in (colours.ink, colours.quiet))
        and all(contrast(one, colours.paper, eye) >= 3 for one in (colours.bar, colours.dot))
        and all(contrast(one, other, eye) >= 1.7 for one, other in combinations(marks, 2))
    )


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_stay_apart_for_every_eye(colours: Colours, eye: str) -> None:
    assert apart(colours, eye)


def test_red_and_green_of_one_lightness_would_be_seen() -> None:
    """The control: apart for most eyes by their hue, and the same in greyscale."""
    alike = replace(LIGHT, bar="#c0392b", dot="#2e8b57")
    assert not apart(alike, "most")


def test_the_measure_knows_black_from_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WCAG's known example
