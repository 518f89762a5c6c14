import assert from "node:assert/strict";
import { join } from "node:path";
import { inScene, sceneHome } from "../../helpers/python_scene.ts";
import { runPlan } from "../../helpers/run_plan.ts";

interface Shown {
  stdout: string;
  stderr: string;
  /** Names and sizes of what is in `artifacts` and `previews`. */
  artifacts: Record<string, number>;
  previews: Record<string, number>;
}

const home = sceneHome();
const plot = "import matplotlib.pyplot as plt\n";

/** Runs a script as a job's would run, and looks for its pictures. */
async function show(
  source: string,
  { dependencies = ["matplotlib"], env = {} }: {
    dependencies?: string[];
    env?: Record<string, string>;
  } = {},
): Promise<Shown> {
  let shown: Shown | undefined;
  await inScene(
    async ({ folder, plan, context }) => {
      for (const name of ["DISPLAY", "MPLBACKEND"]) delete context.baseEnv[name];
      const artifacts = join(folder, "artifacts");
      Deno.mkdirSync(artifacts);
      const made = await plan(source, {
        dependencies,
        env: { PYTHON_MCP_ARTIFACTS: artifacts, ...env },
      });
      const { stdout, stderr } = await runPlan(made, context.baseEnv);
      const sizes = (path: string) => {
        try {
          const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
          return Object.fromEntries(
            names.map((name) => [name, Deno.statSync(join(path, name)).size]),
          );
        } catch {
          return {};
        }
      };
      shown = {
        stdout,
        stderr,
        artifacts: sizes(artifacts),
        previews: sizes(join(folder, "previews")),
      };
    },
    {},
    home(),
  );
  return shown!;
}

Deno.test("plt.show makes a file without a warning and ends the figure, as a window would", async () => {
  const { stdout, stderr, artifacts } = await show(
    plot + "plt.plot([1, 2])\nplt.show()\nprint(plt.get_fignums())\nplt.plot([2, 1])\nplt.show()\n",
  );
  assert.equal(stderr, "");
  assert.equal(stdout, "[]\n");
  assert.deepEqual(Object.keys(artifacts), ["figure_1.png", "figure_2.png"]);
});

Deno.test("figures still open at the end of a script become files", async () => {
  const { artifacts } = await show(plot + "plt.figure()\nplt.figure()\nraise SystemExit(3)\n");
  assert.deepEqual(Object.keys(artifacts), ["figure_1.png", "figure_2.png"]);
});

Deno.test("figures become files whatever backend without windows was chosen", async () => {
  const source = 'import matplotlib\nmatplotlib.use("Agg")\n' + plot +
    "plt.plot([1])\nplt.show()\n";
  const { stderr, artifacts } = await show(source, { env: { MPLBACKEND: "svg" } });
  assert.equal(stderr, "");
  assert.deepEqual(Object.keys(artifacts), ["figure_1.png"]);
});

Deno.test("a figure that the script itself saved as an artifact is not saved twice", async () => {
  const { artifacts } = await show(
    plot +
      'import os\nplt.plot([1])\nplt.savefig(os.environ["PYTHON_MCP_ARTIFACTS"] + "/mine.png")\n' +
      "plt.show()\n",
  );
  assert.deepEqual(Object.keys(artifacts), ["mine.png"]);
});

Deno.test("a large picture gets a preview of less than 1 MB", async () => {
  const { artifacts, previews } = await show(
    plot + "import numpy as np\nfig = plt.figure(figsize=(16, 16))\n" +
      "plt.imshow(np.random.default_rng(1).random((1500, 1500, 3)))\n",
  );
  assert.ok(artifacts["figure_1.png"]! > 1_000_000);
  assert.ok(previews["figure_1.png"]! < 1_000_000);
});

Deno.test("a large picture that the script itself saved as an artifact gets a preview as well", async () => {
  const { artifacts, previews } = await show(
    plot + "import numpy as np, os\nfig = plt.figure(figsize=(16, 16))\n" +
      "plt.imshow(np.random.default_rng(1).random((1500, 1500, 3)))\n" +
      'fig.savefig(os.environ["PYTHON_MCP_ARTIFACTS"] + "/mine.png")\n',
  );
  assert.deepEqual(Object.keys(artifacts), ["mine.png"]);
  assert.ok(previews["mine.png"]! < 1_000_000);
});

Deno.test("a forked child does not save the figures of its parent once more", async () => {
  const { artifacts } = await show(
    plot +
      "import os, sys\nplt.figure()\npid = os.fork()\nif pid:\n    os.waitpid(pid, 0)\nsys.exit()\n",
  );
  assert.deepEqual(Object.keys(artifacts), ["figure_1.png"]);
});

Deno.test("plotly's fig.show writes a page", async () => {
  const { artifacts, stderr } = await show(
    "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 2])).show()\n",
    { dependencies: ["plotly"] },
  );
  assert.deepEqual(Object.keys(artifacts), ["figure_1.html"], stderr);
});

Deno.test("a script that imports no plotting library sees none, and pays nothing", async () => {
  const { stdout } = await show(
    "import sys\nprint([n for n in sys.modules if 'matplotlib' in n or 'figures' in n])\n",
    { dependencies: [] },
  );
  assert.equal(stdout, "[]\n");
});
