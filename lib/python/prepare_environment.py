"""Makes one environment, as one step under one lock: all of it or nothing that anybody would use.

    python -I prepare_environment.py '{"venv": …, "marker": …, "contents": …, "commands": [[…], …]}'

Without its marker, which the caller writes after a success, an environment is a broken one or what
an interrupted attempt left: it is removed first. `contents` gets what the finished one holds, so that
a later run sees at a glance whether something of it has gone.
"""
import glob
import json
import os
import shutil
import subprocess
import sys


# pip's settings, uv's for the same, and what else keeps them from counting.
FROM_PIP = (
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", ("UV_INDEX_URL",)),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX", ("UV_EXTRA_INDEX_URL",)),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST", ()),
    ("PIP_CERT", "SSL_CERT_FILE", ()),
    ("PIP_PROXY", "ALL_PROXY", ("HTTPS_PROXY", "https_proxy", "all_proxy")),
)


def with_settings_of_pip(environ):
    """Here and not in the arguments: an index's URL may hold a password, and those are in a file."""
    env = dict(environ)
    for pip, uv, others in FROM_PIP:
        value = env.get(pip, "").strip()
        if value and not any(env.get(name) for name in (uv,) + others):
            env[uv] = value
    return env


def main(venv, marker, contents, commands):
    if not os.path.exists(marker):
        shutil.rmtree(venv, ignore_errors=True)
    env = with_settings_of_pip(os.environ)
    for command in commands:
        code = subprocess.call(command, env=env, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        if code != 0:
            return code if code > 0 else 1
    found = {}
    for folder in glob.glob(os.path.join(venv, "lib*", "python*", "site-packages")):
        if not os.path.islink(os.path.dirname(os.path.dirname(folder))):
            names = [name for name in os.listdir(folder) if name != "__pycache__"]
            found[os.path.relpath(folder, venv)] = sorted(names)
    with open(contents + ".new", "w", encoding="utf-8") as file:
        json.dump(found, file)
    os.replace(contents + ".new", contents)
    return 0


sys.exit(main(**json.loads(sys.argv[1])))
