"""`python -m tutor_bot`."""

from tutor_bot.cli import main

main()
