/** One thing that was looked at. */
export interface Finding {
  check: string;
  level: "ok" | "warning" | "error";
  message: string;
  /** What to do about it. */
  fix?: string;
}
