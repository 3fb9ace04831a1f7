"""The order of the roll is the order of names everywhere."""

from undersigned.lib.collation import SIZE, sort_key

__all__ = ["SIZE", "sort_key"]
