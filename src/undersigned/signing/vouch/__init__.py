"""Carriers vouch for people whom they know and whose address this server never learns."""
