"""How we speak: the only home of python-telegram-bot."""
