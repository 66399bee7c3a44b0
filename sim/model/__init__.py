"""One trial: what is drawn, what each actor decides each month, what follows, and what is recorded."""
