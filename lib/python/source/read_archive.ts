import { findLauncherPython } from "../interpreters/find_interpreters.ts";
import { decodeSource } from "./source_text.ts";

/** What a zip file that Python can run holds. */
export interface Archive {
  /** The text of its `__main__.py`; absent where it has none. */
  main?: string;
  /** The names of its top-level modules. */
  modules: string[];
}

const program = `
import base64, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    names = archive.namelist()
    main = archive.read("__main__.py") if "__main__.py" in names else None
modules = {name.split("/")[0].split(".")[0] for name in names}
print(json.dumps([main and base64.b64encode(main).decode(), sorted(modules)]))
`;

/** Reads a zip file, one with a line for the shell in front of it too; `undefined` for another file. */
export async function readArchive(path: string): Promise<Archive | undefined> {
  if (!looksLikeZip(path)) return undefined;
  const { success, stdout } = await new Deno.Command(findLauncherPython(), {
    args: ["-I", "-S", "-c", program, path],
    stdin: "null",
    stderr: "null",
  }).output();
  if (!success) return undefined;
  const [main, modules] = JSON.parse(new TextDecoder().decode(stdout));
  return main === null
    ? { modules }
    : { main: decodeSource(Uint8Array.from(atob(main), (one) => one.charCodeAt(0))), modules };
}

/** Whether the record that ends a zip file stands near the end, where a comment may follow it. */
function looksLikeZip(path: string): boolean {
  using file = Deno.openSync(path);
  const size = file.statSync().size;
  const tail = new Uint8Array(Math.min(size, 66_000));
  file.seekSync(size - tail.length, Deno.SeekMode.Start);
  let filled = 0;
  for (let n = 1; filled < tail.length && n; filled += n) {
    n = file.readSync(tail.subarray(filled)) ?? 0;
  }
  return new TextDecoder("latin1").decode(tail).includes("PK\x05\x06");
}
