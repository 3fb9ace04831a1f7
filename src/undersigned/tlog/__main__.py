"""`python -m undersigned.tlog verify ...`: the verifier alone, without Django or anything installed."""

import sys

from .verify import main


def command(argv: list[str]) -> int:
    """Run the one command there is."""
    if argv[:1] == ["verify"]:
        return main(argv[1:])
    usage = "usage: python -m undersigned.tlog verify URL|FOLDER|RECEIPT [--key VKEY] [--json]\n"
    if argv[:1] in (["-h"], ["--help"]):
        sys.stdout.write(usage)
        return 0
    sys.stderr.write(usage)
    return 2


if __name__ == "__main__":
    sys.exit(command(sys.argv[1:]))
