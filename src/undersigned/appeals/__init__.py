"""What is said: appeals, their texts and the versions of each."""
