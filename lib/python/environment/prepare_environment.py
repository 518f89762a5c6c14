"""Makes one environment, as one step under one lock: all of it or nothing that anybody would use.

    python -I prepare_environment.py '{"uv": …, "venv": …, "marker": …, "contents": …, "commands": [[…], …], "names": …}'

Without its marker, which the caller writes after a success, an environment is a broken one or what
an interrupted attempt left: it is removed first. `contents` gets what the finished one holds, so that
a later run sees at a glance whether something of it has gone. `names` has requirements that are given up
where they are to blame for a failure (`droppable`), the file that they are in and how, and the file that
gets what was given up (`left_out`). What uv is doing meanwhile is said in
PYTHON_MCP_PROGRESS_FILE; its messages go to standard error without the passwords in them.
"""
import json
import os
import select
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # which -I leaves out
sys.dont_write_bytecode = True

from given_up import Requirements  # noqa: E402
from uv_output import replace, without_secrets  # noqa: E402
from uv_progress import Progress, site_packages  # noqa: E402

LOOK_SECONDS = 0.1
MOST_ATTEMPTS = 20

# pip's settings, uv's for the same, and what else keeps them from counting.
FROM_PIP = (
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", ("UV_INDEX_URL",)),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX", ("UV_EXTRA_INDEX_URL",)),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST", ()),
    ("PIP_CERT", "SSL_CERT_FILE", ()),
    ("PIP_PROXY", "ALL_PROXY", ("HTTPS_PROXY", "https_proxy", "all_proxy")),
)

AGAIN = "Trying again without "  # explain_failure.ts goes by the last attempt


def with_settings_of_pip(environ):
    """Here and not in the arguments: an index's URL may hold a password, and those are in a file."""
    env = dict(environ)
    for pip, uv, others in FROM_PIP:
        value = env.get(pip, "").strip()
        if value and not any(env.get(name) for name in (uv,) + others):
            env[uv] = value
    return env


def run(command, env, progress):
    """Runs uv to its end; returns its exit code and what it printed."""
    child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, rest, printed = child.stdout.fileno(), b"", []
    while True:
        if select.select([output], [], [], LOOK_SECONDS)[0]:
            data = os.read(output, 65536)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines if data else [rest]:
                printed.append(line.decode("utf-8", "replace"))
                tell(printed[-1], progress)
            if not data:
                break
        elif child.poll() is not None:
            break  # something that it left behind holds its output open
        progress.look()
    progress.look()
    return child.wait(), "\n".join(printed)


def tell(line, progress):
    if not line:
        return
    progress.read(line)
    sys.stderr.write(without_secrets(line) + "\n")
    sys.stderr.flush()


def run_all(commands, env, venv, requirements):
    """Returns the exit code of the first command that fails, whatever is given up for it."""
    for command in commands:
        code, output = run(command, env, Progress(venv))
        for _ in range(MOST_ATTEMPTS if requirements else 0):
            name = requirements.culprit(output) if code > 0 else None
            if name is None:
                break
            requirements.give_up(name, output)
            sys.stderr.write("%s%s\n" % (AGAIN, name))
            code, output = run(command, env, Progress(venv))
        if code < 0:
            sys.stderr.write("error: uv was ended by %s\n" % signal.Signals(-code).name)
        if code != 0:
            return abs(code)
    return 0


def main(uv, venv, marker, contents, commands, names):
    if not os.path.exists(marker):
        shutil.rmtree(venv, ignore_errors=True)
    env = with_settings_of_pip(os.environ)
    code = run_all(commands, env, venv, Requirements(**names) if names else None)
    if code != 0:
        return code
    found = {}
    for folder in site_packages(venv):
        names = [name for name in os.listdir(folder) if name != "__pycache__"]
        found[os.path.relpath(folder, venv)] = sorted(names)
    replace(contents, json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
