"""The two answers of the calendar service."""

NORMAL_DAY = {
    "day": "normal",
    "title": "A day like any other",
    "description": "Nothing special today.",
}
SPECIAL_DAY = {"day": "special", "title": "Today is a holiday", "description": "Take the day off!"}


def what_is_today(holiday):
    """The answer for a day."""
    return SPECIAL_DAY if holiday else NORMAL_DAY
