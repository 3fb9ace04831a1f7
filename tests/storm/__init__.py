"""Faults under load: everything acknowledged is there once, whatever is killed, cut or filled meanwhile."""
