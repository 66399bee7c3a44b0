"""How a run is kept on disk: parts that survive a kill, the manifest, and what is set apart."""
