import assert from "node:assert/strict";
import { JobBench, python } from "../job_bench.ts";

Deno.test("files are 0600 and folders 0700 when the umask allows everything", async () => {
  const before = Deno.umask(0);
  try {
    await using bench = await JobBench.open();
    const { id } = await bench.start(python("print(1)"), {
      prepare: [{
        label: "Prepare",
        argv: python("print(2)"),
        save_stdout_to: `${bench.path}/jobs/saved`,
      }],
    });
    await bench.end(id);
    await bench.manager.cancel((await bench.start(python("import time; time.sleep(100)"))).id);
    assert.deepEqual(tooOpen(bench.path), []);
  } finally {
    Deno.umask(before);
  }
});

function tooOpen(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const wrong = Deno.lstatSync(path).mode! & 0o077 ? [path] : [];
    return isDirectory ? [...wrong, ...tooOpen(path)] : wrong;
  });
}
