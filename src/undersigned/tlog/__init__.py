"""The log's formats and proofs: pure Python, no Django, runs alone as the offline verifier.

Formats are those of C2SP (signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature, tlog-proof);
hashing is that of RFC 6962, section 2.1. Nothing here imports another part of the project.
"""
