"""How a cell of a session ends: its outcome, its answer and its entry in the transcript."""
import json
import os
import time

import cancel_job
import job_folder
import job_outcome
import names

LONGEST_RESULT = 20000  # characters
MOST_NOTES = 2000


def outcome_of(cell, exit_code, error=None, failed_step=None, signal=None, stopped=0, usage=(0.0, 0.0)):
    ending = cell.ending
    outcome = job_outcome.ended_without_run(error, stopped=stopped)
    seconds = time.monotonic() - cell.began
    if ending:
        outcome.update(timed_out=ending.timed_out, cancelled=ending.cancelled, error=error or ending.error)
    outcome.update(
        exit_code=exit_code,
        signal=signal,
        failed_step=failed_step,
        started_at=cell.started_at,
        script_started_at=cell.started_at,
        elapsed_seconds=seconds,
        prepare_seconds=0.0,
    )
    run = {"wall_seconds": seconds, "user_seconds": usage[0], "system_seconds": usage[1]}
    outcome["runs"] = [dict(run, peak_rss_bytes=0)]
    return outcome


def settle(cell, outcome, transcript, result=None, exception=None):
    """Writes down how it ended; once the outcome is there, it has. Returns whether it ended well."""
    cell.script.give_back()
    text = ". ".join(cell.notes)[:MOST_NOTES] or None
    answer = {"session": cell.session, "cell": cell.number, "result": shorten(result), "exception": exception}
    answer["note"] = text
    try:
        with job_folder.open_private(os.path.join(cell.folder, names.CELL)) as file:
            file.write(json.dumps(answer).encode())
        logs = {output.name: output.log for output in cell.outputs}
        outputs = cell.shown.collect(logs)
    except OSError as error:
        outputs = []
        outcome["error"] = outcome["error"] or "The cell's answer could not be stored: %s" % error
    status = "cancelled" if outcome["cancelled"] else "completed"
    if status == "completed" and (outcome["exit_code"] != 0 or outcome["error"] or outcome["timed_out"]):
        status = "failed"
    transcript.add(
        "cell",
        cell=cell.number,
        job_id=cell.id,
        code=cell.code,
        elapsed_seconds=outcome["elapsed_seconds"],
        status=status,
        outputs=outputs,
    )
    if cell.ending or outcome["exit_code"] is None:
        cancel_job.cancel_children(cell.folder)
    cell.told = {"ended": cell.id}
    was_bare = is_bare(cell)
    try:
        job_outcome.write_outcome(cell.folder, outcome, cell.lock)
        cell.told["cell"] = {"outcome": outcome, "end": answer, "is_bare": was_bare}
    except OSError:
        pass  # its folder was removed
    return status == "completed"


def is_bare(cell):
    """Whether it has neither printed nor left artifacts."""
    if any(output.offset for output in cell.outputs):
        return False
    try:
        return not os.listdir(os.path.join(cell.folder, names.ARTIFACTS))
    except OSError:
        return False


def shorten(text):
    if text is None or len(text) <= LONGEST_RESULT:
        return text
    half = LONGEST_RESULT // 2
    return "%s… [%d characters omitted] …%s" % (text[:half], len(text) - LONGEST_RESULT, text[-half:])
