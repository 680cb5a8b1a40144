"""The decisions of pulse-bot, pure: time, randomness and identity come in as arguments."""
