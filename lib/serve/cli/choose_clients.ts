import type { ClientConfig } from "../install/client_config.ts";
import { ask } from "./terminal/ask.ts";
import { print } from "./terminal/terminal.ts";

/** Asks on the terminal which of the clients are meant; none where the person gives up. */
export function chooseClients(found: ClientConfig[]): ClientConfig[] {
  print("Found:\n");
  for (const [index, { title }] of found.entries()) print(`  ${index + 1}  ${title}\n`);
  for (;;) {
    const answer = ask("Add the server to which? Numbers, Enter for all, q for none:");
    const chosen = chosenOf(found, answer ?? "q");
    if (chosen) return chosen;
  }
}

/** The clients that an answer such as `1 3`, `cursor` or nothing means; absent where it means none of them. */
export function chosenOf<One extends { name: string; title: string }>(
  found: readonly One[],
  answer: string,
): One[] | undefined {
  const words = answer.trim().toLowerCase().split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0) return [...found];
  if (/^(q|quit|n|no|none)$/.test(words.join(" "))) return [];
  const chosen = words.map((word) =>
    found.find(({ name }, index) => word === name || word === String(index + 1))
  );
  return chosen.every((one) => one !== undefined) ? [...new Set(chosen)] : undefined;
}
