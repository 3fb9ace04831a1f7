"""Signatures gathered off line: kept, read twice, settled, counted, taken back."""
