"""The moderation desk: what is held and why, patterns, decisions about many at once and their taking back."""
