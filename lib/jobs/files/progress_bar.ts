import type { Progress } from "../model/job.ts";

const LONGEST_MESSAGE = 200;
const FACTORS: Record<string, number> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

/** `tqdm`: `description:  45%|####    | 45/100 [00:04<00:05, 9.8it/s]` */
const TQDM =
  /^(?<label>.*?):?\s*\b\d{1,3}%\|[^|]*\|\s*(?<current>[\d.]+)(?<unit>[kMGTP]?)\/(?<total>[\d.]+)(?<of>[kMGTP]?)\s*\[(?<rest>.*?)\]?\s*$/;
/** `alive_progress`: `title |████      | ▃▅▇ 45/100 [45%] in 4s (~5s, 9.8/s)` */
const ALIVE =
  /^(?<label>.*?)\|[^|]*\|\s*\S*?\s*(?<current>\d+)\/(?<total>\d+) \[\d{1,3}%\]\s*(?<rest>.*)$/;
/** `rich.progress`, as it is asked for its columns: `description ━━━━╸━━━ 45/100 0:00:05`, and of pip
 * `━━━━╸━━━ 1.2/3.4 MB 5.6 MB/s eta 0:00:01`. */
const RICH_COUNT =
  /^(?:(?<label>.*?)\s)?[━╸╺]{8,}\s(?:.*?\s)?(?<current>\d[\d,.]*)\/(?<total>\d[\d,.]*)(?<rest>(?:\s.*)?)$/;
/** `rich.progress`: `description ━━━━╸━━━  45% 0:00:05` */
const RICH = /^(?:(?<label>.*?)\s)?[━╸╺]{8,}\s+(?<current>\d{1,3})%(?<rest>.*)$/;
/** Keras: `45/100 ━━━━──── 3s 20ms/step - loss: 0.3`, and `45/100 [====>....] - ETA: 3s` before 3. */
const KERAS =
  /^(?<label>)\s*(?<current>\d+)\/(?<total>\d+)\s+(?:[━─╸╺]{8,}|\[[=>.]{8,}\])\s*(?<rest>.*)$/;
/** `pip --progress-bar=raw`: `Progress 45 of 100`. */
const PIP = /^(?<label>Progress) (?<current>\d+) of (?<total>\d+)(?<rest>)$/;
/** A line that has been written over and holds one share: `Downloading: 45%`. */
const SHARE = /^(?<label>[^%\d]*?):?\s*(?<current>\d{1,3}(?:\.\d+)?) ?%(?<rest>[^%\d|━[]*)$/;

/**
 * What a line shows when it is a progress bar of a well-known library.
 *
 * @param isRedrawn whether the line has been written over: then a share alone counts too
 */
export function readProgressBar(line: string, isRedrawn: boolean): Progress | null {
  const bar = [TQDM, ALIVE, RICH_COUNT, RICH, KERAS, PIP, ...(isRedrawn ? [SHARE] : [])]
    .map((form) => form.exec(line)?.groups).find((groups) => groups !== undefined);
  if (!bar) return null;
  const { label = "", current, unit = "", total = "100", of = "", rest } = bar;
  const progress = {
    current: Number(current!.replaceAll(",", "")) * FACTORS[unit]!,
    total: Number(total.replaceAll(",", "")) * FACTORS[of]!,
    message: messageOf(label, rest!),
  };
  return Number.isFinite(progress.current) && progress.total > 0 ? progress : null;
}

function messageOf(label: string, rest: string): string | null {
  const parts = [label, rest].map((text) => text.trim().replaceAll(/\s+/g, " "));
  return parts.filter((text) => text !== "").join(" ").slice(0, LONGEST_MESSAGE) || null;
}
