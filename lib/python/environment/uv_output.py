"""What uv prints and what is made of it, in files that nobody else reads and without secrets."""
import os
import re

CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]*://)(?:[^\s/@:]*:[^\s@]*@)?(?:[^\s/]*@)?", re.I)
TOKENS = re.compile(
    r"([?&][\w-]*(?:token|key|secret|password|auth|sig(?:nature)?)=)[^&\s\"'`)]+", re.I
)


def without_secrets(text):
    """As hide_secrets.ts does: a log is a file."""
    with_users = CREDENTIALS.sub(lambda url: url[1] + ("****@" if url[0] != url[1] else ""), text)
    return TOKENS.sub(r"\1****", with_users)


def replace(path, text):
    with open(path + ".new", "w", encoding="utf-8", opener=private) as file:
        file.write(text)
    os.replace(path + ".new", path)


def private(path, flags):
    return os.open(path, flags, 0o600)
