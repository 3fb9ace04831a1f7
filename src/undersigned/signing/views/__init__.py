"""What signers ask for over HTTP: signing, confirming, and their private page."""
