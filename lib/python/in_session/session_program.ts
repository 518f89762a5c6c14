import { dirname, join } from "node:path";
import { embeddedFiles, installFiles } from "../../base/install_files.ts";
import { notebookRunner } from "../in_script/notebook.ts";
import runSession from "./run_session.py" with { type: "text" };
import backend from "./session_backend.py" with { type: "text" };
import backendTarget from "./session_backend_target.py" with { type: "text" };
import control from "./session_control.py" with { type: "text" };
import display from "./session_display.py" with { type: "text" };
import input from "./session_input.py" with { type: "text" };
import install from "./session_install.py" with { type: "text" };
import ipython from "./session_ipython.py" with { type: "text" };
import loop from "./session_loop.py" with { type: "text" };
import plain from "./session_plain.py" with { type: "text" };
import process from "./session_process.py" with { type: "text" };
import shell from "./session_shell.py" with { type: "text" };
import streams from "./session_streams.py" with { type: "text" };
import traceback from "./session_traceback.py" with { type: "text" };
import variables from "./session_variables.py" with { type: "text" };

const FILES = embeddedFiles("session", {
  "run_session.py": runSession,
  "session_backend.py": backend,
  "session_backend_target.py": backendTarget,
  "session_control.py": control,
  "session_display.py": display,
  "session_input.py": input,
  "session_install.py": install,
  "session_ipython.py": ipython,
  "session_loop.py": loop,
  "session_plain.py": plain,
  "session_process.py": process,
  "session_shell.py": shell,
  "session_streams.py": streams,
  "session_traceback.py": traceback,
  "session_variables.py": variables,
  // Python would make it with the mode that a umask allows.
  "__pycache__/": "",
});

/** The path of the program that a session's process runs; written unless it is there. */
export function sessionProgram(home: string): string {
  return join(installFiles(home, FILES), "run_session.py");
}

/** The folder of the `pip` and `uv` that cells find; see `notebook_pip.py`. */
export function sessionPip(home: string): string {
  return dirname(notebookRunner(home));
}
