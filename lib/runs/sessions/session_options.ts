import { UserError } from "../../base/user_error.ts";
import type { RunOptions } from "../run/run_options.ts";

/** The session that calls use who name none. */
export const DEFAULT_SESSION = "default";

/** Code for a session, and what the session is to be where this call starts it. */
export interface CellOptions extends
  Pick<
    RunOptions,
    | "envVars"
    | "sandbox"
    | "envFile"
    | "timeoutSeconds"
    | "memoryMb"
    | "label"
    | "background"
    | "budgetSeconds"
  > {
  session: string;
  code: string;
  /** PEP 508; what a living session lacks of them is added to it. */
  dependencies?: string[];
  /** Add what the code imports. */
  detectsImports: boolean;
  directory?: string;
  pythonVersion?: string;
  /** `undefined`: as the session that lives, else true. */
  useUv?: boolean;
  /** Who sends it, where the next one is to be told that another client came before. */
  client: string;
  /** Nothing of the same series runs after a cell that does not end well. */
  series?: string;
}

const LONGEST_CODE = 5 * 1024 * 1024;

/** @throws UserError when no session can have this name */
export function checkSessionName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) return name;
  throw new UserError(
    `Cannot use \`session\` ${
      JSON.stringify(name.slice(0, 80))
    }: a name has 1 to 64 letters, digits, ` +
      "`_`, `.` and `-`, and begins with a letter or digit. It is not a path; `directory` says where it works.",
  );
}

/** @throws UserError when it is no code that can be run */
export function checkCode(code: string): string {
  if (code.trim() === "") {
    throw new UserError(
      "Cannot run `code`: it is empty. Pass the Python that the session is to run.",
    );
  }
  if (code.includes("\0")) {
    throw new UserError(
      "Cannot run `code`: it contains a NUL character, which Python source may not contain. Remove it.",
    );
  }
  const bytes = new TextEncoder().encode(code).length;
  if (bytes <= LONGEST_CODE) return code;
  throw new UserError(
    `Cannot run \`code\`: it has ${(bytes / 2 ** 20).toFixed(1)} MB, and a cell may have 5 MB. ` +
      "Put the data into a file and read it from the cell.",
  );
}
