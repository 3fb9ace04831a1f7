"""My name is on it and I did not sign: asked, confirmed by mail, frozen, decided by the team, and told."""
