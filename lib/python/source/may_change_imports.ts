import { dirname } from "node:path";
import { LocalModules } from "./local_modules.ts";
import { readSource } from "./source_text.ts";

/** What is only read here, or is an import that names its module. */
const THINGS = String.raw`(?:(?:os\s*\.\s*)?environ|sys\s*\.\s*(?:path|modules))\b`;
const READS = new RegExp(
  [
    String.raw`\b${THINGS}\s*\.\s*(?:get|items|keys|values|copy|index|count)\b`,
    String.raw`\b${THINGS}\s*\[[^\]\n]*\](?!\s*(?:=(?!=)|\|=|\+=))`,
    String.raw`(?:\bin\s+|\*\*|\b(?:dict|list|set|tuple|sorted|len)\(\s*)${THINGS}(?!\s*[.[])`,
    String.raw`\b(?:__import__|import_module)\(\s*(?:"[\w.]+"|'[\w.]+')\s*\)`,
  ].join("|"),
  "g",
);

/** What a script may do so that a module that it imports afterwards is another one, or behaves otherwise. */
const CHANGES: [string, RegExp][] = [
  ["os.environ", /\benviron\b|\b(?:putenv|unsetenv|load_dotenv|environb)\b/],
  ["sys.path", /\bsys\s*\.\s*path\b|\bfrom\s+sys\s+import\b[^\n]*\bpath\b|\baddsitedir\b/],
  ["sys.modules", /\bsys\s*\.\s*modules\b|\bfrom\s+sys\s+import\b[^\n]*(?:\bmodules\b|\*)/],
  [
    "import hooks",
    /\b(?:meta_path|path_hooks|path_importer_cache|__import__|import_module|runpy|importlib\s*\.\s*(?:reload|machinery))\b/,
  ],
  ["tracing", /\b(?:addaudithook|settrace|setprofile|tracemalloc)\b/],
  [
    "warning filters",
    /\b(?:filterwarnings|simplefilter|resetwarnings|showwarning|formatwarning|catch_warnings|captureWarnings)\b/,
  ],
];
/** What shows a script that it shares things with a process that had them before, or hides how it ended. */
const INSPECTS = new RegExp(
  [
    String
      .raw`\bgc\s*\.\s*(?:get_(?:objects|refer\w+|freeze_count|stats|count)|(?:un)?freeze|garbage)\b`,
    String
      .raw`\bfrom\s+gc\s+import\b|\b(?:objgraph|pympler|guppy)\b|\b(?:del\b|pop\()[^\n]*__cached__`,
  ].join("|"),
);
const DELETES = new RegExp(String.raw`\bdel\s+${THINGS}`);
const NAMED = /\b(?:__import__|import_module)\(\s*["']([\w.]+)["']/g;
const IMPORT = /(?:^|;)[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import\b|import[ \t]+([\w., \t]+))/gm;
const MOST_FILES = 200;
const LARGEST_FILE = 1024 * 1024;

/** What matters about a script to a process that has modules loaded before it starts. */
export interface ScriptImports {
  /** The first names of the modules that its own text imports, sorted. */
  imports: string[];
  /**
   * What it, or a module beside it that it imports, may change of imports that follow; `undefined` where it
   * changes nothing. It rather says so once too often: a comment counts too.
   */
  changes?: string;
  /** It, or such a module, asks Python's garbage collector what there is: only a fresh process knows. */
  inspects?: true;
}

/**
 * Reads a script and what it imports from its folder, without a parser: this is done before every run.
 *
 * @param directory the folder in front of `sys.path`
 */
export function scriptImports(source: string, directory: string): ScriptImports {
  const modules = importedModules(source);
  const imports = [...new Set(modules.map((name) => name.split(".")[0]!).filter(Boolean))].sort();
  return { imports, ...findings(source, modules, directory) };
}

/** Names what the text may change, or nothing. */
export function changesIn(source: string): string | undefined {
  const deleted = DELETES.exec(source)?.[0];
  if (deleted !== undefined) return deleted;
  const text = source.replaceAll(READS, "");
  return CHANGES.find(([, pattern]) => pattern.test(text))?.[0];
}

function importedModules(source: string): string[] {
  const named = [...source.matchAll(NAMED)].map(([, name]) => name!);
  const imported = [...source.matchAll(IMPORT)].flatMap(([, from, names]) =>
    from !== undefined ? [from] : names!.split(",").map((name) => name.trim().split(/\s/)[0]!)
  );
  return [...imported, ...named];
}

function findings(
  source: string,
  modules: string[],
  directory: string,
): Omit<ScriptImports, "imports"> {
  if (INSPECTS.test(source)) return { inspects: true };
  let changes = changesIn(source);
  const local = new LocalModules(directory);
  const seen = new Set<string>();
  const waiting = modules.flatMap((name) => local.filesOf(name, directory));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (seen.size > MOST_FILES) return { changes: "more files than can be read before each run" };
    const text = textOf(file);
    if (text === undefined) return { changes: `${file}, which cannot be read` };
    if (INSPECTS.test(text)) return { inspects: true };
    const found = changesIn(text);
    if (found !== undefined) changes ??= `${found} (in ${file})`;
    const folder = dirname(file);
    waiting.push(...importedModules(text).flatMap((name) => local.filesOf(name, folder)));
  }
  return { changes };
}

function textOf(file: string): string | undefined {
  try {
    return Deno.statSync(file).size <= LARGEST_FILE ? readSource(file) : undefined;
  } catch {
    return undefined;
  }
}
