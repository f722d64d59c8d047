"""Colours in both schemes can be told apart from what they stand on: WCAG 2.2, 1.4.3 (text, 4.5) and 1.4.11 (3)."""

from __future__ import annotations

import re
from importlib import resources

import pytest

CSS = resources.files("towpath.web").joinpath("static/base.css").read_text(encoding="utf-8")
GROUNDS = ("ground", "surface", "sunk")


def schemes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\n *\}", CSS, re.DOTALL)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2])
    return {"light": light, "dark": {**light, **dark}}


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read(scheme: str) -> None:
    colours = schemes()[scheme]
    tones = ("good", "warn", "bad", "info")
    pairs = [(ink, ground) for ink in ("ink", "muted", "accent", *tones) for ground in GROUNDS]
    pairs += [(tone, f"{tone}-soft") for tone in tones]
    pairs += [("ink", f"{tone}-soft") for tone in tones]
    pairs += [("accent-ink", "accent"), ("accent", "accent-soft"), ("surface", "bad"), ("bad", "warn-soft")]
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_what_can_be_used_are_seen(scheme: str) -> None:
    colours = schemes()[scheme]
    assert min(contrast(colours["line-strong"], colours[ground]) for ground in GROUNDS) >= 3
