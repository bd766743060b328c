"""What is set raised: marks of notes go, powers stay, and ordinals stay words."""

from __future__ import annotations

import re

import pytest

from assistant.reading.superscripts import with_marks

NOTES = [
    ("lost 15{3} boats", "lost 15 boats"),
    ("in 2025{2}, he said", "in 2025, he said"),
    ("cost £4.2m{12}.", "cost £4.2m."),
    ("cost £15m{3} more", "cost £15m more"),
    ("The wall{1,2} holds", "The wall holds"),
    ("The wall{3–5} holds", "The wall holds"),
    ("The wall{[7]} holds", "The wall holds"),
    ("The wall{*} and{†} more", "The wall and more"),
    ("The wall{a} holds", "The wall holds"),
    ("in 2025{a} and", "in 2025 and"),
    ("{3} Source: the council", " Source: the council"),
    ("Plan B{2} failed", "Plan B failed"),
    ("3.10{4} boats", "3.10 boats"),
    ("310{4} boats", "310 boats"),
]
POWERS = [
    ("10{6} fish", "10^6 fish"),
    ("3 × 10{-4} g", "3 × 10^-4 g"),
    ("15 m{2} of glass", "15 m^2 of glass"),
    ("450 km{2}", "450 km^2"),
    ("9.8 m/s{2}", "9.8 m/s^2"),
    ("E = mc{2}", "E = mc^2"),
    ("x{2} + y{2}", "x^2 + y^2"),
    ("2{32} rows", "2^32 rows"),
    ("2{n+1} rows", "2^(n+1) rows"),
    ("2{n} rows", "2^n rows"),
]
WORDS = [
    ("the 19{th} century", "the 19th century"),
    ("le 1{er} juin, au 5{e} étage", "le 1er juin, au 5e étage"),
    ("M{me} Brandt, n{o} 5, la Dr{a} Vega", "Mme Brandt, no 5, la Dra Vega"),
    ("12 {1}⁄2 miles, 3{1}/2 inches", "12 1⁄2 miles, 3 1/2 inches"),
    ("only $4{99} each", "only $4.99 each"),
    ("20 {o}C, Ca{2+}, {14}C dating", "20 oC, Ca2+, 14C dating"),
    ("Kelderon{TM} and Fenlight{®}", "Kelderon™ and Fenlight®"),
    ("Ferry{new boat on Sunday} late", "Ferry new boat on Sunday  late"),
]


@pytest.mark.parametrize(("set_as", "text"), [*NOTES, *POWERS, *WORDS])
def test_what_is_raised_never_changes_what_it_stands_at(set_as: str, text: str) -> None:
    """A figure that a note's mark has grown into would be cited, exactly, as the article's."""
    parts = re.split(r"[{}]", set_as)
    assert with_marks((part, n % 2 == 1) for n, part in enumerate(parts)) == text
