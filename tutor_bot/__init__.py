"""tutor-bot: a tutor that lives in Telegram."""
