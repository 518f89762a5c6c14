"""The end of a session's kernel, and of what ran or was to run in it."""
import time

import cell_end
from cell_queue import BEFORE
from run_command import Ended

EXIT_SECONDS = 5.0  # in which an idle kernel may end by itself


def stop(session, end, preparation):
    """`end`: the SessionEnded. `preparation`: the SessionPreparation that came before the kernel."""
    kernel, cell = session.kernel, session.cell
    if kernel and end.can_wait and not cell and kernel.link.is_open:
        kernel.link.send({"exit": True})
        wait_for_exit(session)
    session.commands.stop(Ended(), without_grace=end.died or cell is not None)
    if cell:
        cell.move_all()
        outcome = cell_end.outcome_of(cell, None, "The session %s has ended: %s. Its variables are gone" % (session.name, end.reason))
        outcome["cancelled"] = outcome["cancelled"] or not end.died
        session.finish(outcome)
    if end.died and session.cells == 0:
        session.queue.fail_all(end.reason, preparation.failed_step, preparation.log())
    elif end.died or not session.questions.wants_restart():
        session.queue.fail_all(BEFORE % (session.name, end.reason))
    else:
        session.queue.give_up_series()
    session.questions.give_up()
    session.late.take()
    session.late.close()
    session.drop_next()
    if kernel:
        kernel.close()
        session.kernel = None


def wait_for_exit(session):
    until = time.monotonic() + EXIT_SECONDS
    while session.commands.main_ended is None and time.monotonic() < until:
        session.kernel.reap()
        session.commands.sleep(0.02)
    session.late.texts.pop(0, None)
