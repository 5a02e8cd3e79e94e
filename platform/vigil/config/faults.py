"""The one error of everything that happens before and around Django."""


class SetupFault(Exception):
    """This machine or its settings keep Vigil from running; the message names the thing and the cure in one line."""
