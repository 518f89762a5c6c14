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

/** Runs a script as a job's would run, or without its start-up hook, and looks for its pictures. */
async function show(
  source: string,
  { env = {}, files = {}, isBare = false }: {
    env?: Record<string, string>;
    files?: Record<string, string>;
    isBare?: boolean;
  } = {},
): Promise<Shown> {
  let shown: Shown | undefined;
  await inScene(
    async ({ folder, plan, context }) => {
      for (const name of ["DISPLAY", "MPLBACKEND"]) delete context.baseEnv[name];
      const artifacts = join(folder, "artifacts");
      Deno.mkdirSync(artifacts);
      for (const [name, text] of Object.entries(files)) {
        Deno.writeTextFileSync(join(folder, name), text);
      }
      const made = await plan(source, {
        dependencies: ["joblib", "matplotlib", "pandas", "plotly", "seaborn"],
        env: { PYTHON_MCP_ARTIFACTS: artifacts, ...env },
      });
      if (isBare) {
        made.run.env!.HOOK = made.run.env!.PYTHONPATH!;
        delete made.run.env!.PYTHONPATH;
      }
      const { stdout, stderr } = await runPlan(made, context.baseEnv);
      const cut = (text: string) => text.replaceAll(folder, "");
      shown = {
        stdout: cut(stdout),
        stderr: cut(stderr),
        artifacts: sizesIn(artifacts),
        previews: sizesIn(join(folder, "previews")),
      };
    },
    {},
    home(),
  );
  return shown!;
}

function sizesIn(folder: string): Record<string, number> {
  try {
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    return Object.fromEntries(names.map((name) => [name, Deno.statSync(join(folder, name)).size]));
  } catch {
    return {};
  }
}

const noise =
  "plt.figure(figsize=(8, 8)); plt.imshow(np.random.default_rng(1).random((800, 800, 3)))\n";

/** What a script does, and the pictures that come of it. */
const CASES: Record<string, [source: string, pictures: string[]]> = {
  "is shown": ["plt.plot([1, 2]); plt.show(); assert plt.get_fignums() == []", ["figure_1.png"]],
  "is shown and changed and shown": [
    "plt.plot([1]); plt.show(block=False); plt.show(block=False); plt.plot([2]); plt.show()",
    ["figure_1.png", "figure_2.png"],
  ],
  "is saved and closed": ['plt.plot([1]); plt.savefig("a.png"); plt.close()', ["figure_a.png"]],
  "is saved and stays open": ['plt.plot([1]); plt.savefig("a.png")', ["figure_a.png"]],
  "is saved by a name without an ending": ['plt.plot([1]); plt.savefig("a")', ["figure_a.png"]],
  "is saved as a picture and two drawings": [
    'for end in ("svg", "png", "pdf"): plt.savefig("a." + end)',
    ["figure_a.png"],
  ],
  "is saved as a JPEG": ['plt.savefig("a.jpg"); plt.close()', ["figure_a.jpg"]],
  "is saved as a drawing": ['plt.savefig("a.svg"); plt.close()', ["figure_a.png"]],
  "is saved twice to a file": [
    'plt.savefig("a.png"); plt.plot([2]); plt.savefig("a.png")',
    ["figure_a.png"],
  ],
  "is saved in two sizes": [
    'plt.savefig("a.png"); plt.savefig("large.png", dpi=200)',
    ["figure_a.png"],
  ],
  "is saved, cleared and saved to another file": [
    'plt.plot([1]); plt.savefig("a.png"); plt.clf(); plt.plot([2]); plt.savefig("b.png")',
    ["figure_a.png", "figure_b.png"],
  ],
  "is saved, moved on and saved to another file": [
    'line, = plt.plot([1, 2]); plt.savefig("a.png"); line.set_ydata([2, 1]); plt.savefig("b.png")',
    ["figure_a.png", "figure_b.png"],
  ],
  "is saved to a file that another one was saved to": [
    'for i in range(3): plt.plot([i]); plt.savefig("a.png"); plt.close()',
    ["figure_a.png"],
  ],
  "is saved to a file that is then deleted": [
    'plt.savefig("a.png"); plt.close(); os.unlink("a.png")',
    ["figure_a.png"],
  ],
  "is saved to an open file": [
    'with open("a.png", "wb") as file: plt.savefig(file); plt.close()',
    ["figure_a.png"],
  ],
  "is saved to an equal name in another folder": [
    'os.mkdir("f")\nfor a in ("a.png", "f/a.png"): plt.plot([len(a)]); plt.savefig(a); plt.close()',
    ["figure_a.png", "figure_a_2.png"],
  ],
  "is a page of a PDF": [
    "from matplotlib.backends.backend_pdf import PdfPages\n" +
    'with PdfPages("a.pdf") as a:\n  for i in (1, 2): plt.plot([i]); a.savefig(); plt.close()',
    ["figure_a.png", "figure_a_2.png"],
  ],
  "is saved without pyplot": [
    'from matplotlib.figure import Figure\nFigure().savefig(pathlib.Path("a.png"))',
    ["figure_a.png"],
  ],
  "is printed by its canvas": [
    "from matplotlib.figure import Figure\n" +
    "from matplotlib.backends.backend_agg import FigureCanvasAgg\n" +
    'FigureCanvasAgg(Figure()).print_figure("a.png")',
    ["figure_a.png"],
  ],
  "is seaborn's": [
    "import seaborn\nd = dict(x=[1, 2], y=[2, 1])\n" +
    'seaborn.relplot(d, x="x", y="y").savefig("a.png"); plt.close()\n' +
    'seaborn.lineplot(d, x="x", y="y").figure.savefig("b.png"); plt.close()',
    ["figure_a.png", "figure_b.png"],
  ],
  "is pandas'": [
    'import pandas\npandas.Series([1, 2]).plot().figure.savefig("a.png"); plt.close()',
    ["figure_a.png"],
  ],
  "is made by workers": [
    "import multiprocessing, workers; from concurrent.futures import ProcessPoolExecutor\n" +
    'with multiprocessing.get_context("fork").Pool(1) as pool: pool.map(workers.save, ["a"])\n' +
    'spawn = multiprocessing.get_context("spawn")\n' +
    'with ProcessPoolExecutor(1, mp_context=spawn) as pool: list(pool.map(workers.save, ["b"]))',
    ["figure_a.png", "figure_b.png"],
  ],
  "is saved alike by two processes": [
    "import multiprocessing, workers\nfork = multiprocessing.get_context('fork')\n" +
    'for i in range(2):\n  with fork.Pool(1) as pool: pool.map(workers.save, ["a"])',
    ["figure_a.png"],
  ],
  "is made by joblib's workers": [
    "import joblib, workers\n" +
    'joblib.Parallel(2)(joblib.delayed(workers.save)(name) for name in "ab")',
    ["figure_a.png", "figure_b.png"],
  ],
  "is saved as an artifact": [
    'plt.savefig(artifacts + "/mine.png"); plt.show()',
    ["mine.png"],
  ],
  "is saved as an artifact that is no picture": [
    'plt.savefig(artifacts + "/mine.svg"); plt.show()',
    ["figure_mine.png", "mine.svg"],
  ],
  "is large": [noise, ["figure_1.png", "preview figure_1.png"]],
  "is large and saved as an artifact": [
    `${noise}plt.savefig(artifacts + "/mine.png"); plt.close()`,
    ["mine.png", "preview mine.png"],
  ],
  "is written to memory": [
    'plt.savefig(io.BytesIO()); plt.close(); plt.imsave("a.png", [[0.5]])',
    [],
  ],
  "is a frame of an animation": [
    "from matplotlib.animation import FuncAnimation\nfig = plt.figure()\n" +
    'FuncAnimation(fig, lambda i: (), frames=2).save("a.gif", writer="pillow")\n' +
    'FuncAnimation(fig, lambda i: (), frames=2).save("a.html", writer="html"); plt.close()',
    [],
  ],
  "cannot be saved": [
    'try: plt.savefig("not/there.png")\nexcept FileNotFoundError: plt.close()',
    [],
  ],
  "is plotly's": [
    "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 2])).show()",
    ["figure_1.html"],
  ],
};

const allCases = `
import io, json, os, pathlib, shutil, sys, tempfile
import matplotlib.pyplot as plt, numpy as np
if __name__ == "__main__":
    artifacts = os.environ["PYTHON_MCP_ARTIFACTS"]
    previews = os.path.join(os.path.dirname(artifacts), "previews")
    for what, source in json.load(open("cases.json")).items():
        os.chdir(tempfile.mkdtemp(dir=os.path.dirname(artifacts)))
        exec(source, dict(globals()))
        plt.show()
        made = sorted(os.listdir(artifacts))
        if os.path.isdir(previews):
            small = [name for name in os.listdir(previews) if os.path.getsize(previews + "/" + name) < 1e6]
            made += ["preview " + name for name in small]
            shutil.rmtree(previews)
        print(json.dumps([what, made]))
        for name in os.listdir(artifacts):
            os.unlink(os.path.join(artifacts, name))
`;

let made: Promise<{ pictures: Record<string, string[]>; stderr: string }> | undefined;

/** The pictures of all cases, out of one process. */
function allPictures() {
  const sources = Object.entries(CASES).map(([what, [source]]) => [what, source]);
  return made ??= show(allCases, {
    files: {
      "cases.json": JSON.stringify(Object.fromEntries(sources)),
      "workers.py": plot +
        "def save(name):\n    plt.plot([ord(name)]); plt.savefig(name + '.png'); plt.close()\n",
    },
  }).then(({ stdout, stderr }) => {
    const lines = stdout.trimEnd().split("\n").filter((line) => line.startsWith("["));
    return { pictures: Object.fromEntries(lines.map((line) => JSON.parse(line))), stderr };
  });
}

for (const [what, [, expected]] of Object.entries(CASES)) {
  Deno.test(`a figure that ${what} becomes ${expected.join(" and ") || "no picture"}`, async () => {
    const { pictures, stderr } = await allPictures();
    assert.deepEqual(pictures[what], expected, stderr);
  });
}

Deno.test("figures still open at the end become files, and not those of a forked child once more", async () => {
  const { artifacts } = await show(
    plot + "import os, sys\nplt.figure()\nplt.figure()\npid = os.fork()\n" +
      "if pid:\n    os.waitpid(pid, 0)\nsys.exit(3)\n",
  );
  assert.deepEqual(Object.keys(artifacts), ["figure_1.png", "figure_2.png"]);
});

Deno.test("figures become files whatever backend without windows was chosen", async () => {
  const source = 'import matplotlib\nmatplotlib.use("Agg")\n' + plot +
    "plt.plot([1])\nplt.show()\n";
  const { stderr, artifacts } = await show(source, { env: { MPLBACKEND: "svg" } });
  assert.equal(stderr, "");
  assert.deepEqual(Object.keys(artifacts), ["figure_1.png"]);
});

Deno.test("a script that saves figures prints and writes the same as without its pictures", async () => {
  const source = `
import hashlib, logging, os, pickle, traceback
import matplotlib, matplotlib.pyplot as plt
logging.basicConfig()
matplotlib.rcParams["svg.hashsalt"] = "salt"
figure, axes = plt.subplots(layout="constrained")
figure.canvas.mpl_connect("draw_event", lambda event: print("drawn"))
axes.set_title("\\u4e2d")
for i in range(2):
    figure.savefig("a%d.svg" % i, metadata={"Date": None})
    figure.savefig("a%d.png" % i)
    plt.figure().suptitle("$\\\\mathdefault{\\u4e2d}$")
    plt.savefig("b%d.pdf" % i, metadata={"CreationDate": None})
    plt.tight_layout()
print(len(pickle.dumps(figure)), figure.dpi)
for name in sorted(os.listdir(".")):
    if name[0] in "ab" and os.path.isfile(name):
        print(name, hashlib.md5(open(name, "rb").read()).hexdigest())
try:
    plt.savefig("a.unknown")
except ValueError:
    traceback.print_exc()
plt.savefig("not/there.png")
`;
  const bare = await show(source, { isBare: true });
  const { stdout, stderr, artifacts } = await show(source);
  assert.deepEqual({ stdout, stderr }, { stdout: bare.stdout, stderr: bare.stderr });
  assert.match(stderr, /UserWarning: Glyph 20013[^]*mathtext[^]*FileNotFoundError/);
  assert.deepEqual([Object.keys(bare.artifacts), Object.keys(artifacts)], [[], [
    "figure_a0.png",
    "figure_b0.png",
    "figure_b1.png",
  ]]);
});

Deno.test("figures become files where their library was loaded before the start-up hook", async () => {
  const { artifacts, stderr } = await show(
    `${plot}import os, site, sys\nsys.path.insert(0, os.environ["HOOK"])\n` +
      // Debian's Python has one of its own.
      'sys.modules.pop("sitecustomize", None)\nsite.execsitecustomize()\nplt.savefig("a.png")\nplt.close()\nplt.figure()\n',
    { isBare: true },
  );
  assert.deepEqual(Object.keys(artifacts), ["figure_1.png", "figure_a.png"], stderr);
});

Deno.test("a script that imports no plotting library sees none, and pays nothing", async () => {
  const { stdout } = await show(
    "import sys\nprint([n for n in sys.modules if 'matplotlib' in n or 'figures' in n or 'pictures' in n])\n",
  );
  assert.equal(stdout, "[]\n");
});
