import assert from "node:assert/strict";
import { printedProgress } from "../../../lib/jobs/files/printed_progress.ts";

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
  Deno.test(`printedProgress reads a bar when it ${what}`, () => {
    assert.deepEqual(printedProgress(stderr), { current, total, message });
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
    ["a line that is not drawn again names a share", "Downloading: 45%\n"],
    ["a line that is drawn again names two", "\r 1% of 5%\r 2% of 5%"],
    ["a path holds a fraction", "wrote 3/10 files [ok]\n"],
    ["the bar has no total", "45it [00:04,  9.81it/s]"],
  ] as const
) {
  Deno.test(`printedProgress finds none when ${what}`, () => {
    assert.equal(printedProgress(stderr), null);
  });
}

const DRAWN: [what: string, log: string, current: number, total: number][] = [
  ["a share that is drawn again", "\rDownloading: 3%\rDownloading: 45%", 45, 100],
  ["a share with a fraction", "\r 3.5 %\r 45.5 %", 45.5, 100],
  ["Keras 2", "Epoch 1/5\n  3/100 [>.........] - ETA: 9s\r 45/100 [====>.....] - ETA: 3s", 45, 100],
  [
    "Keras 3",
    "Epoch 1/5\n\x1b[1m45/100\x1b[0m \x1b[32m━━━━━━━\x1b[0m\x1b[37m━━━━\x1b[0m 3s 20ms/step",
    45,
    100,
  ],
  [
    "pip's lines for programs",
    "Collecting six\nProgress 0 of 900\nProgress 300 of 900\n",
    300,
    900,
  ],
  ["pip's bar", "\r     ━━━━━━━━━━╸━━━━━━━━━ 1.2/3.4 MB 5.6 MB/s eta 0:00:01", 1.2, 3.4],
  [
    "a count that is at the end of a line",
    "\r━━━━━━━━━━╸━ 1,200/3,400 \r━━━━━━━━━━━╸ 3,400/3",
    1200,
    3400,
  ],
  [
    "one after another that was left",
    " 40%|##  | 4/10 [00:01<00:01]\n 20%|#  | 1/5 [00:00<00:01]",
    1,
    5,
  ],
  ["one that is being drawn", "\r 40%|##  | 4/10 [00:01<00:01]\r 50%|##", 4, 10],
  [
    "a finished one and another",
    "100%|####| 10/10 [00:01<00:00]\n 20%|#  | 1/5 [00:00<00:01]",
    1,
    5,
  ],
  [
    "the lower of two when the upper has ended",
    "\r 98%|###| 59/60 [00:03<00:00]\n\r  1%|#  | 60/5000 [00:03<04:10]\x1b[A" +
    "\r100%|###| 60/60 [00:03<00:00]\n\n\r  2%|#  | 90/5000 [00:04<04:05]\x1b[A",
    90,
    5000,
  ],
];

for (const [what, log, current, total] of DRAWN) {
  Deno.test(`printedProgress reads ${what}`, () => {
    const found = printedProgress(log);
    assert.deepEqual([found?.current, found?.total], [current, total]);
  });
}
