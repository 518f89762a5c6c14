"""A ceiling for the memory of a script with all that it starts: what one process may take says nothing."""
import process_tree

LOOK_SECONDS = 0.2
MOST_SHOWN = 10
MB = 1 << 20


class MemoryCeiling:
    def __init__(self, most_bytes):
        if not process_tree.SEES_ALL:
            raise OSError(
                "memory_mb (PYTHON_MCP_MAX_MEMORY_MB) cannot be kept, since /proc is that of another pid "
                "namespace. Mount its own (mount -t proc proc /proc), then start the server again"
            )
        self.most_bytes = int(most_bytes)
        self.table = None  # of the moment when the tree had more: `[pid, name, bytes]`, the largest first

    def is_exceeded(self):
        """Whether the processes below this one have more memory than they may."""
        pids = process_tree.descendants()
        # Shared pages count once for each process here, so that less than the ceiling is less in any case.
        if process_tree.resident_bytes(pids) <= self.most_bytes:
            return False
        sizes = [(process_tree.proportional_bytes_of(pid), pid) for pid in pids]
        self.used_bytes = sum(size for size, _ in sizes)
        if self.used_bytes <= self.most_bytes:
            return False
        largest = sorted(sizes, reverse=True)[:MOST_SHOWN]
        self.table = [[pid, process_tree.name(pid), size] for size, pid in largest]
        return True

    def describe(self):
        return "it used {:,} MB of {:,} MB (memory_mb, PYTHON_MCP_MAX_MEMORY_MB)".format(
            self.used_bytes // MB, self.most_bytes // MB
        )


def offer_first(pid):
    """Has the system end this process, and what it starts, before others where memory is short."""
    if not process_tree.SEES_ALL:
        return  # its pid is another process' in this /proc
    try:
        with open("/proc/%d/oom_score_adj" % pid, "w") as file:
            file.write("1000")
    except OSError:
        pass  # it has ended, or there is no /proc
