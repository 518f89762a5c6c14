/** How much of the machine a script gets, from all that its user has to the least. */
export const SANDBOX_LEVELS = ["off", "workspace", "hosts", "isolated"] as const;

export type SandboxLevel = typeof SANDBOX_LEVELS[number];

/** Whether a level allows nothing that another one forbids. */
export function isAtLeast(level: SandboxLevel, least: SandboxLevel): boolean {
  return SANDBOX_LEVELS.indexOf(level) >= SANDBOX_LEVELS.indexOf(least);
}

export function stricterOf(one: SandboxLevel, other: SandboxLevel): SandboxLevel {
  return isAtLeast(one, other) ? one : other;
}
