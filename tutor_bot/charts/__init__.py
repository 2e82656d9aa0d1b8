"""What we show: progress as a picture. Drawn in a process of its own; matplotlib is imported there, when first used."""
