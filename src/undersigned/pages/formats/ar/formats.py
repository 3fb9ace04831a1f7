"""Arabic: Django has no form for a date with its time, and would write it as English does."""

DATETIME_FORMAT = "j F، Y، g:i A"
