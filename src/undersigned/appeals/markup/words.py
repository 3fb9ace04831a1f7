"""Text cut into words, in any script."""

from __future__ import annotations

import re

# Accents and vowel signs belong to their letter but are not \w: a word is what is no space nor punctuation.
PUNCTUATION = (
    r"!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u060c\u061b\u061f\u06d4"
    r"\u2010-\u2029\u2030-\u205f\u3000-\u3004\u3008-\u3020\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
CHARACTER_IS_WORD = r"\u2e80-\u2fff\u3005-\u3007\u3021-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_WORD = rf"[^\s{PUNCTUATION}{CHARACTER_IS_WORD}]+"
TOKEN = re.compile(rf"[{CHARACTER_IS_WORD}]|{_WORD}(?:['’]{_WORD})*|\s+|.", re.DOTALL)
WORD = re.compile(rf"[{CHARACTER_IS_WORD}]|{_WORD}(?:['’]{_WORD})*")


def tokens(text: str) -> list[str]:
    """Words, white space and punctuation in order; joined they give the text again."""
    return TOKEN.findall(text)


def words(text: str) -> list[str]:
    """The words alone; each Chinese or Japanese character counts as one."""
    return WORD.findall(text)
