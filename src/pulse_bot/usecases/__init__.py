"""What people and the clock can make pulse-bot do, one story a file: load, decide, save."""
