"""What is handed to the addressee: asked for, kept, recorded in the log, handed over, answered, told."""
