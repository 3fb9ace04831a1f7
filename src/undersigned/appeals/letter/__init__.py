"""The import reader: our Markdown, or a plain letter as published on the web."""

from undersigned.appeals.letter.read import Imported, read_letter, read_letter_file
from undersigned.appeals.letter.remarks import LetterError, Remark
from undersigned.appeals.letter.report import describe

__all__ = ["Imported", "LetterError", "Remark", "describe", "read_letter", "read_letter_file"]
