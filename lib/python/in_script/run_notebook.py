"""Runs a Jupyter notebook and prints what its cells print, as a script would.

    python run_notebook.py notebook.ipynb

Pictures of the cells, and the notebook with all its outputs, go to PYTHON_MCP_ARTIFACTS.
"""
import atexit
import base64
import os
import re
import shutil
import sys
import tempfile

LARGEST = 1000000  # bytes of a picture in a result
PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}


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


def main(path):
    artifacts = os.environ.get("PYTHON_MCP_ARTIFACTS") or os.path.abspath("artifacts")
    own_files = os.path.join(os.path.dirname(artifacts), "jupyter")
    keep_files_in(own_files)
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from python_mcp import create_progress_callback

    progress = create_progress_callback()
    notebook = nbformat.read(path, as_version=4)
    count = len(notebook.cells)
    state = {"cell": 0, "pictures": 0}

    class Client(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            kind, content = msg["msg_type"], msg["content"]
            if kind == "stream":
                stream = sys.stderr if content["name"] == "stderr" else sys.stdout
                stream.write(content["text"])
                stream.flush()
            elif kind in ("display_data", "execute_result"):
                show(content["data"], cell_index)
            return super().process_message(msg, cell, cell_index)

    def show(data, cell_index):
        for kind, ending in PICTURES.items():
            if kind in data:
                state["pictures"] += 1
                name = "cell_%d_%d%s" % (cell_index + 1, state["pictures"], ending)
                save_picture(data[kind], artifacts, name)
                print("[picture: %s]" % name, flush=True)
                return
        if "text/plain" in data:
            print(data["text/plain"], flush=True)

    def at_cell(cell, cell_index):
        state["cell"] = cell_index + 1
        progress(cell_index, count, "cell %d of %d" % (cell_index + 1, count))

    client = Client(
        notebook,
        timeout=None,
        kernel_name="python3",
        config=private_sockets(own_files),
        on_cell_start=at_cell,
        resources={"metadata": {"path": os.getcwd()}},
    )
    code = 0
    try:
        client.execute(cwd=os.getcwd())
        progress(count, count)
    except CellExecutionError as error:
        sys.stdout.flush()
        print(last_traceback(notebook) or error.traceback, file=sys.stderr)
        print("Traceback (most recent call last):", file=sys.stderr)
        print("  In cell %d of %s" % (state["cell"], os.path.basename(path)), file=sys.stderr)
        print("%s: %s" % (error.ename, str(error.evalue).split("\n")[0]), file=sys.stderr)
        code = 1
    except DeadKernelError:
        print("The notebook's kernel died in cell %d" % state["cell"], file=sys.stderr)
        code = 1
    finally:
        os.makedirs(artifacts, exist_ok=True)
        nbformat.write(notebook, os.path.join(artifacts, os.path.basename(path)))
    return code


def last_traceback(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
    return None


def save_picture(data, folder, name):
    content = data if isinstance(data, str) else "".join(data)
    is_text = name.endswith(".svg")
    content = content.encode() if is_text else base64.b64decode(content)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)
    if len(content) > LARGEST and not is_text:
        try:
            save_preview(content, os.path.join(os.path.dirname(folder), "previews"), name)
        except Exception:
            pass  # Pillow is there where matplotlib is


def save_preview(content, folder, name):
    import io

    from PIL import Image

    image = Image.open(io.BytesIO(content))
    os.makedirs(folder, 0o700, exist_ok=True)
    share = 1.0
    while len(content) > LARGEST:
        share *= min(0.8, (0.8 * LARGEST / len(content)) ** 0.5)
        out = io.BytesIO()
        size = [max(1, int(side * share)) for side in image.size]
        image.resize(size).save(out, image.format)
        content = out.getvalue()
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
