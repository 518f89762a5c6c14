"""A ceiling for the number of processes that a script has with all that it starts."""
import process_tree


class ProcessCeiling:
    def __init__(self, most, find):
        """`find`: the pids of the script and of what it has started."""
        if not process_tree.SEES_ALL:
            raise OSError(
                "PYTHON_MCP_MAX_PROCESSES cannot be kept, since /proc is that of another pid namespace. "
                "Mount its own (mount -t proc proc /proc), then start the server again"
            )
        self.most, self.find, self.found = int(most), find, 0

    def is_exceeded(self):
        self.found = len(self.find())
        return self.found > self.most

    def describe(self):
        return "it had {:,} processes of {:,} (PYTHON_MCP_MAX_PROCESSES)".format(self.found, self.most)
