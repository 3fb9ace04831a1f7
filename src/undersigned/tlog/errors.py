"""The one ancestor of everything that `tlog` refuses."""


class TlogError(ValueError):
    """Input that is malformed, not canonical, or does not verify."""
