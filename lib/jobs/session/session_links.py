"""A launcher's connections to the supervisors of sessions: it gives them cells, and passes on what they say."""
import os
import select

import job_folder
import job_outcome
import line_socket
import names
from next_step import CANCEL, START

GONE = "The session ended before this cell could run: send the cell again"


class Link:
    def __init__(self, socket):
        self.socket = socket
        self.cells = {}  # folders by id, until they have ended
        self.asks = set()


class SessionLinks:
    def __init__(self, home, tell):
        self.folder, self.tell = os.path.join(home, names.SOCKETS), tell
        self.links = {}  # by the id of the session

    def __bool__(self):
        """Whether something is yet to be sent."""
        return any(link.socket.unsent for link in self.links.values())

    def register(self, poll):
        for link in self.links.values():
            events = select.POLLIN | (select.POLLOUT if link.socket.unsent else 0)
            poll.register(link.socket.descriptor, events)

    def give(self, spec, line):
        """Hands a cell over, with the line that the server sent."""
        link = self.find(spec["session"]["id"])
        if link is None:
            return self.fail(spec["id"], spec["dir"])
        link.cells[spec["id"]] = spec["dir"]
        link.socket.send_line(line + b"\n")
        self.drop_if_lost(spec["session"]["id"], link)

    def ask(self, ask):
        link = self.find(ask["session"])
        if link is None:
            return self.tell({"told": {"id": ask["id"], "answer": None}})
        link.asks.add(ask["id"])
        link.socket.send({"ask": ask})
        self.drop_if_lost(ask["session"], link)

    def find(self, session_id):
        link = self.links.get(session_id)
        if link is None:
            socket = line_socket.connect(self.folder, session_id)
            if socket is None:
                return None
            link = self.links[session_id] = Link(socket)
        return link

    def serve(self, ready):
        for session_id, link in list(self.links.items()):
            if link.socket.descriptor not in ready:
                continue
            link.socket.flush()
            for message in link.socket.read():
                if "ended" in message:
                    link.cells.pop(message["ended"], None)
                elif "told" in message:
                    link.asks.discard(message["told"]["id"])
                self.tell(message)
            self.drop_if_lost(session_id, link)

    def drop_if_lost(self, session_id, link):
        if link.socket.is_open:
            return
        self.links.pop(session_id, None)
        for cell, folder in link.cells.items():
            self.fail(cell, folder)
        for ask in link.asks:
            self.tell({"told": {"id": ask, "answer": None}})

    def fail(self, job_id, folder):
        """Ends a cell that has not begun; what becomes of one that has, its server finds out."""
        try:
            lock = job_folder.try_lock(folder)
            if lock is not None:
                try:
                    step = job_outcome.step_of(folder, lock)
                    if step in (START, CANCEL):
                        outcome = job_outcome.ended_without_run(GONE, cancelled=step == CANCEL)
                        job_outcome.write_outcome(folder, outcome, lock, waits=False)
                finally:
                    os.close(lock)
        except OSError:
            pass  # removed meanwhile
        self.tell({"ended": job_id})
