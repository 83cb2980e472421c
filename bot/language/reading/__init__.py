"""Reads what a person wrote as the answer to one question: dates, names, countries, places, phones, people, choices.

Every reader takes the text as typed, in any of the three languages whatever the conversation's is, in the digits of any
script, and gives a ``Reading`` of ``bot.domain.readings``: a value, several possible values to ask back, or why it could
not be read. Readers decide nothing about what comes next.
"""
