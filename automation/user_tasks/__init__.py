"""User tasks: counting answers, reading forms, what comes out, and closing what nobody needs."""
