import assert from "node:assert/strict";
import { storedZip } from "../../../lib/jobs/ray/stored_zip.ts";
import { neutralPackage } from "../../../lib/jobs/ray/make_submission.ts";

/** What Python's zipfile, which Ray unpacks with, finds in an archive: names and contents as hex. */
async function unpacked(archive: Uint8Array<ArrayBuffer>): Promise<Record<string, string>> {
  const path = await Deno.makeTempFile({ suffix: ".zip" });
  try {
    await Deno.writeFile(path, archive);
    const program = "import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); " +
      "assert z.testzip() is None; print(json.dumps({n: z.read(n).hex() for n in z.namelist()}))";
    const { stdout } = await new Deno.Command("/usr/bin/python3", {
      args: ["-I", "-c", program, path],
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("storedZip makes an archive that Python reads when names and contents are of any kind", async () => {
  const entries = [
    { name: "main.py", content: new TextEncoder().encode("print(1)\n") },
    { name: "deep/er/ünïcode 名.bin", content: new Uint8Array([0, 255, 10, 13]) },
    { name: "empty", content: new Uint8Array() },
    { name: "large", content: new Uint8Array(3_000_000).fill(7) },
  ];
  const expected = entries.map(({ name, content }) => [name, content.toHex()]);
  assert.deepEqual(await unpacked(storedZip(entries)), Object.fromEntries(expected));
});

Deno.test("storedZip makes an archive that Python reads when there is no file", async () => {
  assert.deepEqual(await unpacked(storedZip([])), {});
});

Deno.test("the package that takes the place of a job's does nothing when it is started", async () => {
  const [text] = Object.values(await unpacked(neutralPackage()));
  const source = new TextDecoder().decode(Uint8Array.fromHex(text!));
  const { code, stdout } = await new Deno.Command("/usr/bin/python3", { args: ["-c", source] })
    .output();
  assert.equal(code, 0);
  assert.equal(new TextDecoder().decode(stdout), "The job was cancelled\n");
});
