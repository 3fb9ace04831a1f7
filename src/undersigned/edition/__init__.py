"""What remains of an appeal: one neutral document, and the formats that are written from it."""
