"""What the tables of a run say: figures with captions, reports and the `strait` command."""
