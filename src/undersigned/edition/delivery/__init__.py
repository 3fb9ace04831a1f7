"""The bundle for the addressee: the letter with its names, the list, the log, and a tool that checks it."""
