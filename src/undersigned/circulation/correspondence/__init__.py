"""Letters around the appeal that the edition may print: kept, asked for, agreed to, chosen, taken back."""
