"""Question banks: the format, the loader, the lint and what is generated from them.

Import from the modules (`pulse_bot.banks.load`, `pulse_bot.banks.lint`), and inside functions where
start-up matters: they bring PyYAML, pydantic and pyphen. What an item is lives in `domain.items`.
"""
