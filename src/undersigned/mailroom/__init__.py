"""Outgoing messages: queue, sender, bounces, suppression, the local outbox."""
