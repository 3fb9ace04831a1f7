"""What an operator does with an installation: start it, look after it, carry it elsewhere."""
