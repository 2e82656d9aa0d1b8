"""In which words: outcomes to text and buttons as plain data; needs no python-telegram-bot."""
