"""The audit: the attack on everything that a partnership has ever published.

It is given only what everybody can read (`published`), works out what was printed from which
totals (`numbers`, `first_edition`), and asks whose answer follows: by logic (`logic`), and by
probability (`enumeration` to ten people, `sampling` beyond). It imports the domain alone, and the
libraries of the extra `audit`.
"""
