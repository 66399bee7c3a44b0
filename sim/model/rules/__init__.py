"""What each actor perceives, decides and learns: one file per actor."""
