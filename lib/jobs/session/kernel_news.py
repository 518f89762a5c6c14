"""What a session's kernel tells its supervisor; see session_control.py."""
import os

import cell_end
import job_folder
import names
from standard_input import Inbox


class KernelNews:
    def __init__(self, session):
        self.session = session

    def serve(self, ready):
        link = self.session.kernel.link
        if link.is_open and link.descriptor in ready:
            link.flush()
            self.read()

    def read(self):
        for message in self.session.kernel.link.read():
            self.hear(message)

    def hear(self, message):
        session, cell = self.session, self.session.cell
        if "ready" in message:
            self.begin(message["ready"])
        elif "variables" in message:
            session.questions.answer(message)
        elif "late" in message:
            session.late.add(message["late"], message["text"])
        elif cell is None or message.get("cell") != cell.number:
            pass  # of a thread that outlived its cell
        elif "display" in message:
            cell.move_all()
            self.show(cell, message)
            session.kernel.link.send({"shown": True})
        elif "clear" in message:
            cell.move_all()
            cell.shown.clear()
        elif "note" in message:
            cell.notes.append(message["note"])
        elif "installed" in message:
            session.packages += message["installed"]
            session.transcript.add("packages", packages=message["installed"])
        elif "input" in message:
            self.hear_of_input(cell, message["input"])
        elif "done" in message:
            self.finish(cell, message)

    def begin(self, about):
        session = self.session
        session.kernel.is_ready, session.kernel.about = True, about
        record = session.spec["record"]
        session.transcript.add(
            "session",
            id=session.id,
            python=about["python"],
            python_version=about["python_version"],
            directory=record["directory"],
            dependencies=record["dependencies"],
        )
        session.note_state()

    def show(self, cell, message):
        output, picture = message["display"], message.get("picture")
        if picture:
            name = os.path.basename(picture["name"])
            kept = self.session.transcript.keep_picture(cell.script.artifacts, name)
            if kept:
                output["data"][picture["mime"]] = {"path": kept}
        cell.shown.show(output, message.get("printed", 0), message.get("stream", "stdout"))

    def hear_of_input(self, cell, prompt):
        """`prompt`: what it waits for; None when it waits no more."""
        try:
            if cell.inbox is None:
                cell.inbox = Inbox(os.path.join(cell.folder, names.INPUT))
        except OSError:
            self.session.kernel.link.send({"input": "", "eof": True})
        cell.show_prompt(prompt)

    def finish(self, cell, done):
        cell.move_all()
        error, exception = done.get("error"), done.get("exception")
        if done.get("prepare_log"):
            self.write_prepare_log(cell.folder, done["prepare_log"])
        failed = error is not None or exception is not None
        outcome = cell_end.outcome_of(cell, int(failed), error, done.get("failed_step"), usage=done["usage"])
        self.session.finish(outcome, done.get("result"), exception)

    def write_prepare_log(self, folder, text):
        try:
            with job_folder.open_private(os.path.join(folder, names.PREPARE_LOG)) as file:
                file.write(text.encode("utf-8", "replace"))
        except OSError:
            pass  # a full disk
