import { InvalidArgumentError } from "commander";
import { SANDBOX_LEVELS, type SandboxLevel } from "../../../base/sandbox_level.ts";

export function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("It must be a whole number of at least 1.");
}

export function parseAmount(text: string): number {
  const amount = Number(text);
  if (text.trim() !== "" && amount >= 0 && Number.isFinite(amount)) return amount;
  throw new InvalidArgumentError("It must be a number of at least 0.");
}

const HOURS: Record<string, number> = { s: 1 / 3600, m: 1 / 60, h: 1, d: 24, w: 168 };

/** An age such as `90m`, `12h`, `7d`, in hours. */
export function parseAge(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new InvalidArgumentError("An age is a number followed by s, m, h, d or w, such as 12h.");
  }
  return Number(amount) * HOURS[unit!]!;
}

/** `NAME=VALUE`, added to those before. */
export function parseVariable(
  text: string,
  before: Record<string, string> = {},
): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must have the form NAME=VALUE.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** `NAME=AMOUNT`, added to those before. */
export function parseResource(
  text: string,
  before: Record<string, number> = {},
): Record<string, number> {
  const [[name, amount]] = Object.entries(parseVariable(text)) as [[string, string]];
  return { ...before, [name]: parseAmount(amount) };
}

export function parseSandbox(text: string): SandboxLevel {
  const found = SANDBOX_LEVELS.find((level) => level === text);
  if (found) return found;
  throw new InvalidArgumentError(`It must be one of ${SANDBOX_LEVELS.join(", ")}.`);
}
