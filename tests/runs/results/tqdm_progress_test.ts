import assert from "node:assert/strict";
import { tqdmProgress } from "../../../lib/runs/results/tqdm_progress.ts";

// What tqdm 4.67 writes, after the carriage returns are folded.
const BARS: [what: string, stderr: string, current: number, total: number, message: string][] = [
  [
    "is plain",
    " 45%|████▌     | 45/100 [00:04<00:05,  9.81it/s]",
    45,
    100,
    "00:04<00:05, 9.81it/s",
  ],
  [
    "has a description",
    "Training:  45%|████▌     | 45/100 [00:04<00:05,  9.81it/s]",
    45,
    100,
    "Training 00:04<00:05, 9.81it/s",
  ],
  [
    "has a description with a colon and a percent sign",
    "lr: 5% warm: 45%|####5     | 45/100 [00:04<00:05,  9.81it/s]",
    45,
    100,
    "lr: 5% warm 00:04<00:05, 9.81it/s",
  ],
  [
    "has scaled units",
    "data.zip:  50%|█████     | 1.50M/3.00M [00:01<00:01, 1.48MB/s]",
    1.5e6,
    3e6,
    "data.zip 00:01<00:01, 1.48MB/s",
  ],
  [
    "has binary units of another case and none for zero",
    "  0%|          | 0.00/2.50G [00:00<?, ?B/s]",
    0,
    2.5e9,
    "00:00<?, ?B/s",
  ],
  [
    "has units in thousands",
    " 12%|█▏        | 12.3k/100k [00:01<00:08, 11.0kit/s]",
    12_300,
    100_000,
    "00:01<00:08, 11.0kit/s",
  ],
  [
    "is at 100 %",
    "100%|██████████| 100/100 [00:10<00:00,  9.95it/s]",
    100,
    100,
    "00:10<00:00, 9.95it/s",
  ],
  [
    "has ended with a line break",
    "100%|██████████| 100/100 [00:10<00:00,  9.95it/s]\n",
    100,
    100,
    "00:10<00:00, 9.95it/s",
  ],
  [
    "has a postfix",
    "epoch 1:  10%|█         | 1/10 [00:01<00:09,  1.00s/it, loss=0.5]",
    1,
    10,
    "epoch 1 00:01<00:09, 1.00s/it, loss=0.5",
  ],
  [
    "is the inner one of two",
    "outer:  50%|█████     | 1/2 [00:01<00:01,  1.00s/it]\n" +
    "inner:  30%|███       | 3/10 [00:00<00:00, 10.00it/s]",
    3,
    10,
    "inner 00:00<00:00, 10.00it/s",
  ],
  [
    "comes after other lines",
    "UserWarning: deprecated\n 45%|####5     | 45/100 [00:04<00:05,  9.81it/s]",
    45,
    100,
    "00:04<00:05, 9.81it/s",
  ],
  [
    "has fractions",
    " 25%|##5       | 0.5/2.0 [00:01<00:03,  2.00s/it]",
    0.5,
    2,
    "00:01<00:03, 2.00s/it",
  ],
];

for (const [what, stderr, current, total, message] of BARS) {
  Deno.test(`tqdmProgress reads a bar when it ${what}`, () => {
    assert.deepEqual(tqdmProgress(stderr), { current, total, message });
  });
}

for (
  const [what, stderr] of [
    ["nothing was printed", ""],
    ["lines are other text", "WARNING: disk is 45% full\n"],
    [
      "another line came after the bar",
      " 45%|####5     | 45/100 [00:04<00:05, 9.81it/s]\nTraceback (most recent call last):",
    ],
    ["the bar has no total", "45it [00:04,  9.81it/s]"],
  ] as const
) {
  Deno.test(`tqdmProgress finds none when ${what}`, () => {
    assert.equal(tqdmProgress(stderr), null);
  });
}
