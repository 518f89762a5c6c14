import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { CLIENTS, type Connection, type ToolResult } from "../../helpers/connect.ts";
import { SharedServers } from "../../helpers/shared_servers.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47];
const shared = new SharedServers();

function imagesOf({ content }: ToolResult): Uint8Array[] {
  return content.filter(({ type }) => type === "image").map(({ data, mimeType }) => {
    assert.equal(mimeType, "image/png");
    return Buffer.from(data as string, "base64");
  });
}

interface Artifact {
  name: string;
  mime_type: string;
  size_bytes: number;
  uri: string;
  path: string;
}

function artifactsOf({ artifacts }: Record<string, unknown>): Artifact[] {
  return artifacts as Artifact[];
}

function namesOf(json: Record<string, unknown>): string[] {
  return artifactsOf(json).map(({ name }) => name);
}

let ranNotebook: Promise<ToolResult> | undefined;

/** The answer of the run of a notebook with a picture. */
async function notebook(): Promise<ToolResult> {
  const client = await shared.connect("2.x, 2025 era", "HTTP");
  const home = await shared.home();
  const source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n6 * 7";
  const cell = { cell_type: "code", metadata: {}, execution_count: null, outputs: [], source };
  const book = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] };
  Deno.writeTextFileSync(home.join("book.ipynb"), JSON.stringify(book));
  return await (ranNotebook ??= client.call("py_run_script_in_dir", {
    directory: home.path,
    script_path: "book.ipynb",
    time_budget_seconds: 60,
  }));
}

/** The notebook's environment, in which other scripts draw too. */
async function withMatplotlib() {
  await notebook();
  const home = await shared.home();
  const [{ name }] = [...Deno.readDirSync(home.join("environments"))] as [Deno.DirEntry];
  return { directory: home.path, python_version: home.join(`environments/${name}/venv`) };
}

let started: Promise<unknown> | undefined;

/** The job of a script that shows a large figure and five others. */
async function sixFigures(client: Connection): Promise<unknown> {
  const script_content = "import numpy as np, matplotlib.pyplot as plt\n" +
    "plt.figure(figsize=(16, 16))\nplt.imshow(np.random.default_rng(1).random((1500, 1500, 3)))\n" +
    "plt.show()\nfor i in range(5):\n    plt.plot([i, 1])\n    plt.show()\n";
  const where = await withMatplotlib();
  const { json } = await client.call("py_run_script_in_dir_async", { script_content, ...where });
  return json.job_id;
}

Deno.test("a notebook's pictures arrive with what its cells printed", async () => {
  const answer = await notebook();
  assert.match(answer.json.stdout as string, /42\n$/, JSON.stringify(answer.json));
  assert.equal(imagesOf(answer).length, 1);
  assert.deepEqual(namesOf(answer.json), ["book.ipynb", "cell_1_1.png"]);
});

for (const kind of CLIENTS) {
  Deno.test(`figures arrive as at most four pictures of 700 kB, all as artifacts (client ${kind})`, async () => {
    const client = await shared.connect(kind, "HTTP");
    const job_id = await (started ??= sixFigures(client));
    const answer = await client.call("py_job_status", { job_id, wait_seconds: 50 });
    const { job, note } = answer.json as { job: { result: Record<string, unknown> }; note: string };
    const images = imagesOf(answer);
    assert.equal(images.length, 4, JSON.stringify(answer.json));
    for (const image of images) assert.deepEqual([...image.subarray(0, 4)], PNG);
    assert.ok(images.reduce((sum, { length }) => sum + length, 0) <= 700_000);
    assert.deepEqual(namesOf(job.result), [1, 2, 3, 4, 5, 6].map((n) => `figure_${n}.png`));
    assert.equal(
      note,
      "4 of 6 pictures are shown; large pictures are shown scaled down; the files are in artifacts",
    );
    const [large, artifact] = artifactsOf(job.result);
    assert.ok(large!.size_bytes > 1_000_000);
    const { blob } = await client.readResource(artifact!.uri);
    const bytes = Buffer.from(blob!, "base64");
    assert.equal(bytes.length, artifact!.size_bytes);
    assert.deepEqual(Buffer.from(Deno.readFileSync(artifact!.path)), bytes);
    // Several hosts fail on links, or take them for the end of an agent's turn.
    assert.deepEqual(new Set(answer.content.map(({ type }) => type)), new Set(["text", "image"]));
  });
}

Deno.test("a figure arrives once when it is saved and closed, with a copy as an artifact or without", async () => {
  const client = await shared.connect("2.x, 2025 era", "HTTP");
  const home = await shared.home();
  const answer = await client.call("py_run_script_in_dir", {
    script_content: "import os, shutil, matplotlib.pyplot as plt\n" +
      'plt.plot([1, 2])\nplt.savefig("a.png")\nplt.close()\n' +
      'plt.plot([2, 1])\nplt.savefig("b.png")\nplt.close()\n' +
      'shutil.copy("b.png", os.environ["PYTHON_MCP_ARTIFACTS"])\n',
    ...await withMatplotlib(),
    time_budget_seconds: 60,
  });
  assert.deepEqual(namesOf(answer.json), ["b.png", "figure_a.png", "figure_b.png"]);
  const saved = ["a.png", "b.png"].map((name) => Buffer.from(Deno.readFileSync(home.join(name))));
  assert.deepEqual(imagesOf(answer), saved);
  assert.doesNotMatch(answer.json.note as string ?? "", /pictures/);
});

Deno.test("a page that a script writes is an artifact with its type", async () => {
  const client = await shared.connect("2.x, 2025 era", "HTTP");
  const home = await shared.home();
  const { json } = await client.call("py_run_script_in_dir", {
    directory: home.path,
    script_content:
      'import os\nopen(os.environ["PYTHON_MCP_ARTIFACTS"] + "/a.html", "w").write("x")\n',
  });
  const [page] = artifactsOf(json);
  assert.deepEqual([page!.name, page!.mime_type, page!.size_bytes], ["a.html", "text/html", 1]);
  assert.equal(Deno.readTextFileSync(page!.path), "x");
});

Deno.test("a result without files has no blocks besides its text", async () => {
  const client = await shared.connect("2.x, 2025 era", "HTTP");
  const { content } = await client.call("py_run_script_with_dependencies", {
    script_content: "print(1)\n",
  });
  assert.deepEqual(content.map(({ type }) => type), ["text"]);
});
