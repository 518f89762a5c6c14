import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { CLIENTS, type ToolResult } from "../../helpers/connect.ts";
import { SharedServers } from "../../helpers/shared_servers.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47];
const sixFigures =
  "import matplotlib.pyplot as plt\nfor i in range(6):\n    plt.plot([i, 1])\n    plt.show()\n";

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

for (const kind of CLIENTS) {
  Deno.test(`figures arrive as at most four pictures, all as artifacts (client ${kind})`, async () => {
    const client = await shared.connect(kind, "stdio");
    const answer = await client.call("py_run_script_with_dependencies", {
      script_content: sixFigures,
      time_budget_seconds: 60,
    });
    const images = imagesOf(answer);
    assert.equal(images.length, 4, JSON.stringify(answer.json));
    for (const image of images) assert.deepEqual([...image.subarray(0, 4)], PNG);
    assert.deepEqual(namesOf(answer.json), [1, 2, 3, 4, 5, 6].map((n) => `figure_${n}.png`));
    assert.match(
      answer.json.note as string,
      /4 of 6 pictures are shown; the files are in artifacts/,
    );
    const [artifact] = artifactsOf(answer.json);
    const { blob } = await client.readResource(artifact!.uri);
    const bytes = Buffer.from(blob!, "base64");
    assert.equal(bytes.length, artifact!.size_bytes);
    assert.deepEqual(Buffer.from(Deno.readFileSync(artifact!.path)), bytes);
    // Several hosts fail on links, or take them for the end of an agent's turn.
    assert.deepEqual(new Set(answer.content.map(({ type }) => type)), new Set(["text", "image"]));
  });
}

Deno.test("the same pictures come with the status of a job that has ended", async () => {
  const client = await shared.connect("2.x, 2025 era", "stdio");
  const { json } = await client.call("py_run_script_with_dependencies_async", {
    script_content: "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n",
  });
  const status = await client.call("py_job_status", { job_id: json.job_id, wait_seconds: 50 });
  assert.equal(imagesOf(status).length, 1, JSON.stringify(status.json));
  const { job } = status.json as { job: { result: Record<string, unknown> } };
  assert.deepEqual(namesOf(job.result), ["figure_1.png"]);
});

Deno.test("a picture of more than 700 kB arrives smaller, and whole as a file", async () => {
  const client = await shared.connect("2.x, 2025 era", "stdio");
  const answer = await client.call("py_run_script_with_dependencies", {
    script_content: "import numpy as np, matplotlib.pyplot as plt\n" +
      "plt.figure(figsize=(16, 16))\nplt.imshow(np.random.default_rng(1).random((1500, 1500, 3)))\n",
    time_budget_seconds: 60,
  });
  const [image] = imagesOf(answer);
  assert.ok(image!.length <= 700_000);
  assert.ok(artifactsOf(answer.json)[0]!.size_bytes > 1_000_000);
  assert.match(answer.json.note as string, /large pictures are shown scaled down/);
});

Deno.test("a notebook's pictures arrive with what its cells printed", async () => {
  const client = await shared.connect("2.x, 2025 era", "stdio");
  const home = await shared.home();
  const source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n6 * 7";
  const cell = { cell_type: "code", metadata: {}, execution_count: null, outputs: [], source };
  const notebook = { nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell] };
  Deno.writeTextFileSync(home.join("book.ipynb"), JSON.stringify(notebook));
  const answer = await client.call("py_run_script_in_dir", {
    directory: home.path,
    script_path: "book.ipynb",
    time_budget_seconds: 60,
  });
  assert.match(answer.json.stdout as string, /42\n$/, JSON.stringify(answer.json));
  assert.equal(imagesOf(answer).length, 1);
  assert.deepEqual(namesOf(answer.json), ["book.ipynb", "cell_1_1.png"]);
});

Deno.test("a page that a script writes is an artifact with its type", async () => {
  const client = await shared.connect("2.x, 2025 era", "stdio");
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
  const client = await shared.connect("2.x, 2025 era", "stdio");
  const { content } = await client.call("py_run_script_with_dependencies", {
    script_content: "print(1)\n",
  });
  assert.deepEqual(content.map(({ type }) => type), ["text"]);
});
