import { join } from "node:path";
import { embeddedFiles, installFiles } from "../../base/install_files.ts";
import givenUp from "./given_up.py" with { type: "text" };
import prepareEnvironment from "./prepare_environment.py" with { type: "text" };
import uvOutput from "./uv_output.py" with { type: "text" };
import uvProgress from "./uv_progress.py" with { type: "text" };

/** The program that makes an environment, and what it imports from its folder. */
export const PREPARE_PROGRAM: Record<string, string> = {
  "prepare_environment.py": prepareEnvironment,
  "given_up.py": givenUp,
  "uv_output.py": uvOutput,
  "uv_progress.py": uvProgress,
};

const FILES = embeddedFiles("prepare_environment", PREPARE_PROGRAM);

/** The path of the program that makes an environment; written unless it is there. */
export function installPrepareProgram(home: string): string {
  return join(installFiles(home, FILES), "prepare_environment.py");
}
