"""Runs a Jupyter notebook and prints what its cells print, as a script would.

    python run_notebook.py apart|in-place notebook.ipynb [name=value …]

`apart`: what its cells install with pip goes into a folder of this run; `in-place`: into the environment.
The arguments set parameters: they become a cell after the one with the tag `parameters`.
Pictures of the cells, and the notebook with all its outputs, go to PYTHON_MCP_ARTIFACTS.
"""
import ast
import atexit
import math
import os
import re
import shutil
import sys
import tempfile

CELL_LIMIT = "PYTHON_MCP_CELL_TIMEOUT_SECONDS"


def keep_files_in(folder):
    """Jupyter's and IPython's own files: nothing of the user's counts, nothing is left with them."""
    os.makedirs(folder, 0o700, exist_ok=True)
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        os.environ[name] = os.path.join(folder, name.lower())
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"


def private_sockets(folder):
    """Lets only this user speak to the kernel: by sockets of a private folder, not by TCP."""
    from traitlets.config import Config

    longest = 100  # of a socket's path, which has at most 103 bytes on macOS
    path = os.path.join(folder, "k")
    if len(os.fsencode(path)) + 3 > longest:
        path = os.path.join(tempfile.mkdtemp(prefix="nb-"), "k")
        atexit.register(shutil.rmtree, os.path.dirname(path), True)
    config = Config()
    config.KernelManager.transport = "ipc"
    config.KernelManager.ip = path
    return config


def offer_pip(installs, own_files):
    """Gives the cells a `pip` and a `uv` that install where they may; see notebook_pip.py."""
    here = os.path.dirname(os.path.abspath(__file__))
    first = [os.path.join(here, "pip")]
    if installs == "apart":
        packages = os.path.join(own_files, "packages")
        os.makedirs(packages, 0o700, exist_ok=True)
        os.environ["PYTHON_MCP_NOTEBOOK_PACKAGES"] = packages
        first.insert(0, packages)
    os.environ["PYTHON_MCP_NOTEBOOK_PYTHON"] = sys.executable
    os.environ["PATH"] = os.path.join(here, "bin") + os.pathsep + os.environ.get("PATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, first + [os.environ.get("PYTHONPATH", "")]))


def cell_limit():
    """Seconds that a cell may take, as nbclient counts them; None: any time."""
    text = os.environ.get(CELL_LIMIT) or "0"
    try:
        return max(0, math.ceil(float(text))) or None
    except (ValueError, OverflowError):
        sys.exit("Cannot limit the time of a cell: %s=%s is not a number of seconds" % (CELL_LIMIT, text))


def read(path):
    """The notebook as nbformat reads it, though it begin with a byte order mark."""
    import nbformat

    try:
        with open(path, encoding="utf-8-sig") as file:
            return nbformat.reads(file.read(), as_version=4)
    except Exception as error:
        sys.exit(
            "Cannot run the notebook %s: nbformat cannot read it (%s: %s). Save it again in Jupyter."
            % (path, type(error).__name__, str(error).split("\n")[0][:200])
        )


def pass_hook_on():
    """Gives the kernel the start-up hook of scripts, which keeps the figures that cells save."""
    import python_mcp

    hook = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(python_mcp.__file__))), "hook")
    os.environ["PYTHONPATH"] = hook + os.pathsep + os.environ["PYTHONPATH"]
    # How the job ended is not for the kernel to say.
    os.environ["PYTHON_MCP_SCRIPT_PID"] = str(os.getpid())


def set_parameters(notebook, arguments):
    """Adds the cell that papermill would add: the values, read as numbers and the like where they are."""
    import nbformat

    def literal(text):
        try:
            return repr(ast.literal_eval(text))
        except (ValueError, SyntaxError):
            return repr(text)

    pairs = [one.partition("=") for one in arguments]
    lines = ["# Parameters"] + ["%s = %s" % (name, literal(value)) for name, _, value in pairs]
    cell = nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]})
    for at, one in enumerate(notebook.cells):
        if "parameters" in one.metadata.get("tags", ()):
            notebook.cells.insert(at + 1, cell)
            return


def main(installs, path, arguments):
    artifacts = os.environ.get("PYTHON_MCP_ARTIFACTS") or os.path.abspath("artifacts")
    own_files = os.path.join(os.path.dirname(artifacts), "jupyter")
    keep_files_in(own_files)
    offer_pip(installs, own_files)
    pass_hook_on()
    limit = cell_limit()
    import nbformat
    from nbclient import NotebookClient
    from cell_outputs import CellOutputs
    from cell_watch import CellWatch
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from python_mcp import create_progress_callback

    notebook = read(path)
    if arguments:
        set_parameters(notebook, arguments)
    watch = CellWatch(create_progress_callback(), len(notebook.cells), limit)
    outputs = CellOutputs(artifacts)

    class Client(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            watch.hear()
            kind, content = msg["msg_type"], msg["content"]
            if kind == "stream":
                stream = sys.stderr if content["name"] == "stderr" else sys.stdout
                stream.write(content["text"])
                stream.flush()
            elif kind in ("display_data", "execute_result", "update_display_data"):
                outputs.add(content["data"], cell_index, content.get("transient", {}).get("display_id"))
            return super().process_message(msg, cell, cell_index)

    def at_end_of_cell(cell, cell_index, **_):
        outputs.show_updated(cell_index)

    def at_cell(cell, cell_index):
        watch.begin(cell_index + 1)

    client = Client(
        notebook,
        timeout=limit,
        kernel_name="python3",
        config=private_sockets(own_files),
        on_cell_start=at_cell,
        on_cell_executed=at_end_of_cell,
        resources={"metadata": {"path": os.getcwd()}},
    )
    end = None  # else a text: `sys.exit` prints it, and it becomes the job's error
    # Without them what children and C code print would come twice: the kernel sends it as well.
    kernel_log = open(os.path.join(own_files, "kernel.log"), "w+b")
    try:
        client.execute(cwd=os.getcwd(), stdout=kernel_log, stderr=kernel_log)
        watch.end()
    except CellExecutionError as error:
        sys.stdout.flush()
        print(last_traceback(notebook) or error.traceback, file=sys.stderr)
        say_where(watch.cell, path)
        end = "%s: %s" % (error.ename, str(error.evalue).split("\n")[0])
    except CellTimeoutError:
        sys.stdout.flush()
        print(last_traceback(notebook) or "", file=sys.stderr)  # of its interruption: where it was
        idle = ", and was idle for %d s" % watch.idle_seconds() if watch.idle_seconds() > 1 else ""
        took = "cell %d took longer than %d s (%s)%s" % (watch.cell, limit, CELL_LIMIT, idle)
        say_where(watch.cell, path)
        end = "TimeoutError: " + took
    except DeadKernelError:
        kernel_log.seek(0)
        sys.stderr.write(kernel_log.read()[-4000:].decode("utf-8", "replace"))
        end = "The notebook's kernel died in cell %d" % watch.cell
    finally:
        os.makedirs(artifacts, exist_ok=True)
        nbformat.write(notebook, os.path.join(artifacts, os.path.basename(path)))
    return end


def say_where(cell, path):
    print("Traceback (most recent call last):", file=sys.stderr)
    print("  In cell %d of %s" % (cell, os.path.basename(path)), file=sys.stderr)


def last_traceback(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
