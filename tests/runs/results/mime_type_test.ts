import assert from "node:assert/strict";
import { mimeTypeOf } from "../../../lib/runs/results/mime_type.ts";

const WRITTEN_BY_SCRIPTS = {
  "plot.png": "image/png",
  "PLOT.JPG": "image/jpeg",
  "a/b/plot.svg": "image/svg+xml",
  "table.csv": "text/csv",
  "table.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "notes.md": "text/markdown",
  "run.ipynb": "application/x-ipynb+json",
  "run.log": "text/plain",
  "map.geojson": "application/geo+json",
  "voice.mp3": "audio/mpeg",
  "data.tar.gz": "application/gzip",
};

Deno.test("a file has the MIME type of its name's ending", async () => {
  for (const [name, type] of Object.entries(WRITTEN_BY_SCRIPTS)) {
    assert.equal(await mimeTypeOf(name), type, name);
  }
});

Deno.test("a file is of no known type when its name says nothing", async () => {
  for (const name of ["png", "README", ".csv", "model.unknown", "folder.csv/model", "x."]) {
    assert.equal(await mimeTypeOf(name), "application/octet-stream", name);
  }
});

Deno.test("a file has the MIME type that Python gives it when Python knows one", async () => {
  const endings =
    "bmp bz2 css csv gif h5 html jpeg jpg json md mp4 pdf png svg tar tiff tsv txt webm zip";
  const code = "import mimetypes, json, sys\nknown = mimetypes.MimeTypes()\n" +
    "print(json.dumps({e: known.guess_type('a.' + e)[0] for e in sys.argv[1:]}))";
  const { stdout } = await new Deno.Command("python3", {
    args: ["-c", code, ...endings.split(" ")],
  }).output();
  const types: Record<string, string | null> = JSON.parse(new TextDecoder().decode(stdout));
  // The one that Python reads as an encoding, and those that it does not know.
  const known = Object.entries(types).filter(([, type]) => type !== null);
  assert(known.length >= 15, `${known.length}`);
  for (const [ending, type] of known) {
    if (ending === "h5") continue; // Python's own choice; nobody has registered one.
    assert.equal(await mimeTypeOf(`a.${ending}`), type, ending);
  }
});
