import { z } from "zod";
import { statIfThere } from "../base/private_files.ts";
import { resolvePath } from "../base/resolve_path.ts";
import { UserError } from "../base/user_error.ts";
import { declareUtf8, readSource, splitByteOrderMark } from "../python/source/source_text.ts";

const noNul = (text: string) => !text.includes("\0");
const plainText = () => z.string().refine(noNul, "it must not hold a NUL character");

/** The parameters that every tool which runs Python takes. */
export const RUN_PARAMETERS = {
  args: z.array(plainText()).optional(),
  stdin: z.string().optional(),
  env_vars: z.record(z.string(), plainText()).refine(
    (variables) => Object.keys(variables).every((name) => /^[^=\0]+$/.test(name)),
    "a variable's name is not empty and holds neither = nor NUL",
  ).optional().describe("Beat env_file"),
  env_file: plainText().optional().describe("Path of a .env file"),
  timeout_seconds: z.number().min(0).default(86400).describe("Time limit; 0 = none"),
  job_label: z.string().refine((label) => label.length <= 200, "it has at most 200 characters")
    .optional(),
};

/** What the tools that may answer within the call take besides. */
export const BUDGET_PARAMETERS = {
  async_mode: z.boolean().default(false).describe("In the background at once"),
  time_budget_seconds: z.number().min(0).optional().describe(
    "How long to wait before it goes on in the background (20)",
  ),
};

export const SCRIPT_PARAMETERS = {
  script_path: plainText().optional().describe("Path"),
  script_content: z.string().optional().describe("Source; exactly one of the two"),
};

export const pythonVersion = z.string().optional().describe("e.g. 3.12 or >=3.11");

export const dependencies = z.array(z.string()).optional().describe(
  'PEP 508 requirements, e.g. ["pandas>=2"]',
);

/** The longest source that is run, in bytes of UTF-8. */
const LONGEST_SOURCE = 5 * 1024 * 1024;

/** A script as the caller named it: text to write somewhere, or a file that is there. */
export interface ScriptSource {
  source: string;
  /** Absent for inline code. */
  path?: string;
}

export function requireDirectory(path: string): string {
  const info = statIfThere(path);
  if (!info) {
    throw new UserError(
      `Cannot run in \`directory\` ${path}: there is no such folder. Create it or name one that exists.`,
    );
  }
  if (!info.isDirectory) {
    throw new UserError(
      `Cannot run in \`directory\` ${path}: it is a file, not a folder. Pass the folder that holds it.`,
    );
  }
  return path;
}

/** Reads the script that a call names; exactly one of path and content must be given. */
export function readScript(
  { script_path, script_content }: { script_path?: string; script_content?: string },
  base: string,
  env: Record<string, string>,
): ScriptSource {
  if ((script_path === undefined) === (script_content === undefined)) {
    const found = script_path === undefined ? "neither was given" : "both were given";
    throw new UserError(
      "Pass exactly one of `script_path` (a file) and `script_content` (Python source): " +
        `${found}.`,
    );
  }
  if (script_content !== undefined) {
    checkLength("script_content", new TextEncoder().encode(script_content).length);
    if (script_content.includes("\0")) {
      throw new UserError(
        "`script_content` holds a NUL character, which no Python source may hold.",
      );
    }
    return { source: declareUtf8(splitByteOrderMark(script_content).text) };
  }
  return readScriptFile(resolvePath(script_path!, base, env));
}

export function readScriptFile(path: string): ScriptSource {
  const info = statIfThere(path);
  if (!info) {
    throw new UserError(
      `Cannot run \`script_path\` ${path}: there is no such file. Check the path; a relative one is ` +
        "relative to `directory`, else to the server's working directory.",
    );
  }
  if (!info.isFile) {
    throw new UserError(
      `Cannot run \`script_path\` ${path}: it is a folder, not a file. Name the script inside it.`,
    );
  }
  checkLength(`script_path ${path}`, info.size);
  return { source: readSource(path), path };
}

function checkLength(what: string, bytes: number): void {
  if (bytes > LONGEST_SOURCE) {
    throw new UserError(
      `Cannot run ${what}: it has ${
        (bytes / 2 ** 20).toFixed(1)
      } MB, and a script may have 5 MB. ` +
        "Put the data into a file and read it from the script.",
    );
  }
}
