import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { PNG } from "pngjs";
import { PhotonImage } from "@silvia-odwyer/photon-node";
import { showPictures } from "../../../lib/mcp/tools/pictures.ts";
import { listArtifacts } from "../../../lib/runs/results/artifacts.ts";
import { TestHome } from "../../helpers/test_home.ts";

const MOST_BYTES = 700_000;

/** A picture that nothing compresses, about 3 bytes a pixel. */
function noise(width: number, height: number): Uint8Array {
  const png = new PNG({ width, height });
  let seed = 1;
  for (let at = 0; at < png.data.length; at++) {
    seed = (seed * 48271) % 0x7fffffff;
    png.data[at] = at % 4 === 3 ? 255 : seed >> 8;
  }
  return PNG.sync.write(png);
}

/** Pictures of an answer with these files, in this order of their making. */
async function show(files: Record<string, Uint8Array>, taken = 1000) {
  await using home = await TestHome.create();
  const folder = home.join("script/artifacts");
  Deno.mkdirSync(folder, { recursive: true });
  Object.entries(files).forEach(([name, bytes], place) => {
    const path = `${folder}/${name}`;
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(path, bytes);
    Deno.utimeSync(path, 1000 + place, 1000 + place);
  });
  const artifacts = (await listArtifacts(folder, "id")).filter(({ name }) =>
    !name.startsWith("../")
  );
  const { blocks, note } = await showPictures({ artifacts }, folder, taken);
  const pictures = blocks.map((block) => {
    assert.ok(block.type === "image");
    return { bytes: Buffer.from(block.data, "base64"), mimeType: block.mimeType };
  });
  assert.ok(pictures.reduce((sum, { bytes }) => sum + bytes.length, 0) <= MOST_BYTES);
  return { pictures, note };
}

Deno.test("pictures are shown as they are when there is room for them", async () => {
  const [a, b] = [noise(100, 100), noise(300, 300)];
  const { pictures, note } = await show({ "b.png": a, "a.png": b });
  assert.deepEqual(pictures.map(({ bytes }) => bytes.length), [a.length, b.length]);
  assert.equal(note, undefined);
});

Deno.test("four pictures are shown and the rest is said when there are more", async () => {
  const files = ["a", "b", "c", "d", "e"].map((
    name,
    place,
  ) => [`${name}.png`, noise(20, 20 + place)]);
  const { pictures, note } = await show(Object.fromEntries(files));
  assert.equal(pictures.length, 4);
  assert.equal(note, "4 of 5 pictures are shown; the files are in artifacts");
});

Deno.test("large pictures are scaled down, and small ones not, when together they are too large", async () => {
  const small = noise(100, 100);
  const files = { "a.png": noise(600, 300), "b.png": small, "c.png": noise(300, 600) };
  const { pictures, note } = await show(files);
  const sizes = pictures.map(({ bytes }) => PNG.sync.read(bytes)).map((one) =>
    one.width / one.height
  );
  assert.deepEqual(sizes.map((ratio) => ratio.toFixed(1)), ["2.0", "1.0", "0.5"]);
  assert.equal(pictures[1]!.bytes.length, small.length);
  assert.ok(pictures[0]!.bytes.length > 100_000);
  assert.equal(note, "large pictures are shown scaled down; the files are in artifacts");
});

Deno.test("a photograph stays one when it is scaled down", async () => {
  const photon = PhotonImage.new_from_byteslice(noise(1200, 1200));
  const { pictures } = await show({ "a.jpg": photon.get_bytes_jpeg(95) });
  assert.deepEqual([...pictures[0]!.bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  assert.equal(pictures[0]!.mimeType, "image/jpeg");
});

const UNREADABLE: Record<string, Uint8Array> = {
  "is cut off": noise(600, 600).subarray(0, 900_000),
  "claims to be gigantic": gigantic(),
  "is no picture": new Uint8Array(800_000).fill(65),
};
for (const [what, bytes] of Object.entries(UNREADABLE)) {
  Deno.test(`a picture is left out and that is said when it is too large and ${what}`, async () => {
    const { pictures, note } = await show({ "a.png": bytes, "b.png": noise(10, 10) });
    assert.equal(pictures.length, 1);
    assert.equal(note, "1 of 2 pictures are shown; the files are in artifacts");
  });
}

function gigantic(): Uint8Array {
  const bytes = noise(600, 600);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, 60_000);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(20, 60_000);
  return bytes;
}

Deno.test("pictures leave room for an answer's text when that is long", async () => {
  const { pictures } = await show({ "a.png": noise(450, 450) }, 180_000);
  const base64 = pictures[0]!.bytes.length * 4 / 3;
  assert.ok(2 * 180_000 + base64 < 2 ** 20, `${base64}`);
});

Deno.test("the copy that a plotting library made is shown when the picture itself is too large", async () => {
  const preview = noise(400, 400);
  const { pictures } = await show({ "a.png": noise(700, 700), "../previews/a.png": preview });
  assert.equal(pictures[0]!.bytes.length, preview.length);
});

Deno.test("nothing is shown that a link in the script's folders leads to", async () => {
  await using home = await TestHome.create();
  const folder = home.join("job/script/artifacts");
  const [elsewhere, previews] = [home.join("elsewhere"), home.join("job/script/previews")];
  for (const one of [folder, elsewhere, previews]) Deno.mkdirSync(one, { recursive: true });
  Deno.writeFileSync(`${folder}/a.png`, noise(600, 500));
  Deno.writeTextFileSync(`${elsewhere}/a.png`, "secret");
  const artifacts = await listArtifacts(folder, "id");
  const shown = async () =>
    JSON.stringify((await showPictures({ artifacts }, folder, 400_000)).blocks);
  const secret = Buffer.from("secret").toString("base64");
  Deno.symlinkSync(`${elsewhere}/a.png`, `${previews}/a.png`);
  assert.ok(!(await shown()).includes(secret), "a copy");
  Deno.removeSync(previews, { recursive: true });
  Deno.symlinkSync(elsewhere, previews);
  assert.ok(!(await shown()).includes(secret), "the folder of copies");
  Deno.removeSync(`${folder}/a.png`);
  Deno.symlinkSync(`${elsewhere}/a.png`, `${folder}/a.png`);
  assert.equal(await shown(), "[]", "a file that was replaced after it was listed");
  Deno.removeSync(folder, { recursive: true });
  Deno.symlinkSync(elsewhere, folder);
  assert.equal(await shown(), "[]", "the folder");
});
