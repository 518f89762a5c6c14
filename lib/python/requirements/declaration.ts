import { lazyCrypto } from "../../base/lazy_node.ts";
import { dirname, join } from "node:path";
import { exists, readIfThere } from "../../base/private_files.ts";
import type { ScriptNeeds } from "./canonical_script.ts";
import { pipfileNeeds } from "./pipfile.ts";
import { isPoetry, poetryPackage } from "./poetry.ts";
import { readToml } from "./read_pyproject.ts";
import type { SourcePackage } from "./source_package.ts";

/** What says what is to be installed where uv sees no project; `path` is the file that says it. */
export type Declaration =
  & { path: string }
  & (
    | { kind: "requirements" }
    /** A Pipfile: requirements with the index that they come from. */
    | { kind: "needs"; needs: ScriptNeeds }
    | { kind: "package"; package: SourcePackage }
  );

/** Files that people keep their requirements in, and that no library here reads reliably. */
const UNREAD = [
  "environment.yml",
  "environment.yaml",
  "pixi.toml",
  "conda.yml",
  "pylock.toml",
  "pdm.lock",
];

/** What a folder's files say; `requirements.txt` first, since it is what people pin for a run. */
export async function declarationIn(folder: string): Promise<Declaration | undefined> {
  const requirements = join(folder, "requirements.txt");
  if (exists(requirements)) return { kind: "requirements", path: requirements };
  const pyproject = join(folder, "pyproject.toml");
  const table = await readToml(pyproject);
  if (table && isPoetry(table)) {
    return { kind: "package", path: pyproject, package: await poetryPackage(table, folder) };
  }
  const pipfile = join(folder, "Pipfile");
  const needs = await pipfileNeeds(pipfile);
  if (needs) return { kind: "needs", path: pipfile, needs };
  const setup = setupFile(folder);
  return setup === undefined
    ? undefined
    : { kind: "package", path: setup, package: setuptoolsPackage(setup) };
}

/** The files of a folder that say what is needed and do not count. */
export function unusedIn(folder: string, used: string | undefined): string[] {
  const all = ["Pipfile", ...UNREAD].map((name) => join(folder, name)).filter((one) => exists(one));
  const setup = setupFile(folder);
  return [...all, ...(setup === undefined ? [] : [setup])].filter((path) => path !== used);
}

/** A `setup.py` that calls `setup`, or a `setup.cfg` with metadata: both names have other uses too. */
function setupFile(folder: string): string | undefined {
  const [py, cfg] = [join(folder, "setup.py"), join(folder, "setup.cfg")];
  if (/\bsetup\s*\(/.test(readIfThere(py) ?? "")) return py;
  return /^\[(?:metadata|options)\]/m.test(readIfThere(cfg) ?? "") ? cfg : undefined;
}

function setuptoolsPackage(setup: string): SourcePackage {
  const folder = dirname(setup);
  const hash = lazyCrypto().createHash("sha256").update(folder);
  // A setup.py often reads the second ones.
  const files = ["setup.py", "setup.cfg", "pyproject.toml", "requirements.in", "requirements.txt"];
  for (const file of files) {
    hash.update(`\0${file}\0`).update(readIfThere(join(folder, file)) ?? "");
  }
  const fingerprint = hash.digest("hex");
  const canBeBuilt = setup.endsWith(".py") || exists(join(folder, "pyproject.toml"));
  return canBeBuilt ? { folder, standIn: {}, install: ["editable"], fingerprint } : {
    folder,
    standIn: { "setup.py": "from setuptools import setup\n\nsetup()\n" },
    install: ["stand-in"],
    fingerprint,
  };
}
