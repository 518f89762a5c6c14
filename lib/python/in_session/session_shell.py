"""The shell of a session: IPython's where the session's Python has it, else a plain one."""
import os


def make_shell(module, loop):
    if os.environ.pop("PYTHON_MCP_SESSION_SHELL", "") != "plain":
        try:
            from session_ipython import IPythonShell

            return IPythonShell(module, loop)
        except ImportError:
            pass
    from session_plain import PlainShell

    return PlainShell(module, loop)
