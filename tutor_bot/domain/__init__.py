"""What is true: facts, outcomes, quiz, memory and schedule; no I/O, no clock, no randomness of its own."""
