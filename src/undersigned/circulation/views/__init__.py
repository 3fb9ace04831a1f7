"""What carriers and the circulation desk ask for over HTTP."""
