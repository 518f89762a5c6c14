"""Requirements that are given up where they are to blame for a failure of uv."""
import json
import re

from uv_output import replace, without_secrets

LONGEST_OUTPUT = 20000

# Failures that another choice of requirements can fix, and those that it cannot.
UNSATISFIABLE = re.compile(
    r"No solution found|Failed to (?:build|download and build)|was not found in the"
    r"|no wheels? with|can't be installed|unsatisfiable|requires-python|has no (?:usable|compatible)"
)
UNREACHABLE = re.compile(
    r"dns error|error sending request|tcp connect|timed out|\b40[13]\b|network was disabled|--offline"
)


class Requirements:
    """Requirements that may be given up: nobody named them, a script merely imports them."""

    def __init__(self, file, line, droppable, left_out):
        self.file, self.line, self.left_out = file, line, left_out
        self.instead = {one["name"]: one["instead"] for one in droppable}
        self.given_up = {}
        self.save()

    def culprit(self, output):
        """Which of them a failure is about; None where it is about something else."""
        if UNREACHABLE.search(output) or not UNSATISFIABLE.search(output):
            return None
        left = [name for name in self.instead if self.is_in_file(name)]
        # What was built may be what one of them depends on, which the hints say.
        built = re.findall(r"Failed to (?:build|download and build) `([^\s`=]+)", output)
        hints = "\n".join(re.findall(r"^hint: .*", output, re.M))
        for text in ["\n".join(built), hints] if built else []:
            for name in left:
                if mentions(text, name):
                    return name
        return next((name for name in left if mentions(output, name)), None)

    def is_in_file(self, name):
        with open(self.file, encoding="utf-8") as file:
            return self.line % name in file.read().split("\n")

    def give_up(self, name, output):
        with open(self.file, encoding="utf-8") as file:
            lines = file.read().split("\n")
        at = lines.index(self.line % name)
        others = [self.line % other for other in self.instead[name]]
        lines[at : at + 1] = [line for line in others if line not in lines]
        replace(self.file, "\n".join(lines))
        self.given_up[name] = {"instead": self.instead[name], "output": without_secrets(output)[-LONGEST_OUTPUT:]}
        self.save()

    def save(self):
        replace(self.left_out, json.dumps(self.given_up))


def mentions(text, name):
    words = re.escape(name).replace("\\-", "[-_.]")
    return re.search(r"(?<![\w.-])" + words + r"(?![\w-])", text, re.I) is not None
