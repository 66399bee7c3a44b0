"""How scenario files become an experiment: reading, checking, and saying where a fault is."""
