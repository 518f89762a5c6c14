"""What servers ask of a session: its variables, an interrupt, its end; see SessionRequest of messages.ts."""
import time

ANSWER_SECONDS = 3.0  # in which a kernel says what its variables are


class Question:
    def __init__(self, tell):
        self.tell, self.until = tell, time.monotonic() + ANSWER_SECONDS


class SessionQuestions:
    def __init__(self, session):
        self.session = session
        self.about_variables = []  # that the kernel has yet to answer
        self.about_end = []  # pairs of what tells the answer, and the request

    def hear(self, ask, connection):
        session, request = self.session, ask["request"]

        def tell(answer):
            connection.send({"told": {"id": ask["id"], "answer": answer}})

        if "variables" in request:
            if session.cell or not session.kernel or not session.kernel.is_ready:
                return tell({"variables": None})
            self.about_variables.append(Question(tell))
            session.kernel.link.send({"variables": True})
        elif "has_env" in request:
            env = session.spec["run"].get("env") or {}
            tell({"has_env": all(env.get(name) == value for name, value in request["has_env"].items())})
        elif "interrupt" in request:
            if not session.cell:
                return tell({"interrupted": None})
            tell({"interrupted": session.cell.number, "job_id": session.cell.id})
            session.cell.interrupt(session.kernel, cancelled=True)
        else:
            self.about_end.append((tell, request))

    def are_open(self):
        return bool(self.about_variables)

    def answer(self, answer):
        if self.about_variables:
            self.about_variables.pop(0).tell(answer)

    def check(self, now):
        """A kernel that takes too long is interrupted."""
        while self.about_variables and now >= self.about_variables[0].until:
            self.answer({"variables": None})
            self.session.kernel.interrupt()

    def give_up(self):
        while self.about_variables:
            self.answer({"variables": None})

    def wants_restart(self):
        return any(request.get("restart") for _, request in self.about_end)

    def tell_end(self, answer):
        for tell, _ in self.about_end:
            tell(answer)
        self.about_end = []
