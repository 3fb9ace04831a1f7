"""The static archive: a whole appeal as a folder that needs no software of ours, packed as a bag.

`write.archive` is the way in. Each module writes one part: `texts`, `variants`, `sources`, `cases`,
`around` (persons, letters), `names` and `search`, `front` (index, verification, receipts), `ledger` (the
log's files and the verifier), `bag`. `verify` is handed out with the archive and runs alone.
"""
