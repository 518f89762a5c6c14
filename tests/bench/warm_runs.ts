import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { uvFolder } from "../helpers/run_plan.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import { fastestPython } from "./fastest_python.ts";
import { run } from "./processes.ts";

const DATA = `import pandas as pd
frame = pd.read_csv("data.csv")
print(frame.groupby("kind").value.mean())
`;
const PLOT = `import pandas as pd
import matplotlib.pyplot as plt
frame = pd.read_csv("data.csv")
frame.groupby("kind").value.plot()
plt.show()
`;
const FIT = `import numpy as np
from sklearn.ensemble import RandomForestClassifier
points = np.random.default_rng(0).random((400, 4))
labels = points.sum(axis=1) > 2
print(RandomForestClassifier(20, n_jobs=2, random_state=0).fit(points, labels).score(points, labels))
`;
const PACKAGES = ["pandas", "matplotlib", "scikit-learn"];

/** The same script by the tool, forked by a warm host, and by the interpreter itself. */
export async function benchWarmRuns(home: TestHome): Promise<Figure[]> {
  const { path: system, name } = await fastestPython();
  const figures = await benchScripts(home, system, name, [
    ["warm run", "`print(1)`, warm", "print(1)\n", 0.9, 100],
  ]);
  const venv = home.join("venv");
  await run([system, "-m", "venv", venv], home.path);
  const python = `${venv}/bin/python`;
  const install = ["pip", "install", "--exclude-newer=2026-11-28", "--python", python, ...PACKAGES];
  await run([`${await uvFolder()}/uv`, "--quiet", ...install], home.path);
  const rows = Array.from({ length: 2000 }, (_, row) => `${"abc"[row % 3]},${row * 7 % 100}`);
  await Deno.writeTextFile(home.join("data.csv"), ["kind,value", ...rows].join("\n"));
  return [
    ...figures,
    ...await benchScripts(home, python, "that environment's Python", [
      ["warm data", "pandas: a CSV read and grouped, warm", DATA, 0.2, 20],
      [
        "warm plot",
        "pandas and matplotlib: a plot, its picture in the answer, warm",
        PLOT,
        0.3,
        15,
      ],
      ["warm fit", "scikit-learn: a fit with `n_jobs=2`, warm", FIT, 0.25, 10],
    ]),
  ];
}

type Row = [name: string, ours: string, script: string, goal: number, pairs: number];

async function benchScripts(
  home: TestHome,
  python: string,
  base: string,
  rows: Row[],
): Promise<Figure[]> {
  await using runs = await ColdAndWarm.start(home, { mode: "imports", python });
  const figures: Figure[] = [];
  for (const [name, ours, text, goal, pairs] of rows) {
    const script_path = home.join("script.py");
    await Deno.writeTextFile(script_path, text);
    // The first teaches, the host is started, and perhaps once more with what a later one has taught.
    for (let warm = 0; warm < 3; warm++) {
      await runs.untilWarm({ script_path }, 120_000);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    figures.push(
      await compare({
        name,
        ours,
        base: `the same by ${base}`,
        goal,
        pairs,
        runOurs: async () => {
          const { exit_code, cold } = await runs.run(runs.warm, { script_path });
          if (exit_code !== 0 || cold !== undefined) {
            throw new Error(`${name}: ${cold ?? "failed"}`);
          }
        },
        runBase: async () => void await run([python, script_path], home.path),
      }),
    );
  }
  return figures;
}
