"""What becomes of a job, of what a launcher knows: `nextStep` of next_step.ts in Python."""

WAIT = "wait"
SETTLE = "settle"  # how it ended is written down
STOP_REMAINS = "stop remains"  # its supervisor was killed
CANCEL = "cancel"
START = "start"


def next_step(has_started, is_locked, has_ended, cancel_asked):
    """`is_locked`: another process holds the job's lock. Look in the order of the parameters."""
    if has_ended:
        return SETTLE
    if is_locked:
        return WAIT
    if has_started:
        return STOP_REMAINS
    return CANCEL if cancel_asked else START
