"""Results of a run: its trials, tables and folder, and the ways to continue, share, merge and replay it."""
