import { now } from "./clock.js";

/** @typedef {"pending" | "running" | "completed" | "failed" | "cancelled"} JobStatus */

/**
 * A job as py_job_status shows it; the dashboard's API adds those from `seq` on.
 *
 * @typedef {Object} Job
 * @property {string} id
 * @property {string | null} label
 * @property {JobStatus} status
 * @property {string} created_at ISO 8601.
 * @property {string | null} started_at
 * @property {string | null} completed_at
 * @property {{ current: number, total: number | null, message: string | null } | null} progress
 * @property {Record<string, any> | null} [result]
 * @property {string | null} error
 * @property {string} [parent_id]
 * @property {string} [partial_stdout]
 * @property {string} [partial_stderr]
 * @property {number} [seq]
 * @property {string} [tool]
 * @property {number} [stdout_bytes]
 * @property {number} [stderr_bytes]
 * @property {number} [cpu_seconds]
 * @property {number} [peak_rss_bytes]
 * @property {Command} [command]
 * @property {string} [interpreter] The path of its Python.
 * @property {string[]} [variables] The names of variables that it was given.
 * @property {number} [failed_line] Where in its script it failed, from 1.
 */

/**
 * What a job runs. `script` is absent for inline code, `folder` where it has one of its own.
 *
 * @typedef {{ script?: string, arguments: string, folder?: string }} Command
 */

/** @typedef {{ name: string, uri: string, mime_type: string, size_bytes: number }} Artifact */

/** What stands for a status where colours cannot be told apart. @type {Record<JobStatus, string>} */
export const MARKS = { pending: "…", running: "●", completed: "✓", failed: "✕", cancelled: "⊘" };

/** @param {Job} job */
export function isFinal({ status }) {
  return status !== "pending" && status !== "running";
}

/** How long it ran, or has been running; `undefined` before its start. @param {Job} job */
export function seconds({ started_at, completed_at }) {
  if (!started_at) return undefined;
  const end = completed_at ? Date.parse(completed_at) : now();
  return Math.max(0, (end - Date.parse(started_at)) / 1000);
}

/** How much of it is done, from 0 to 1; `undefined` where it does not say. @param {Job} job */
export function share({ progress }) {
  if (!progress || !progress.total) return undefined;
  return Math.min(1, Math.max(0, progress.current / progress.total));
}

/** @param {number | undefined} value */
export function duration(value) {
  if (value === undefined) return "";
  if (value < 10) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** @param {number} value */
export function bytes(value) {
  if (value < 1024) return `${value} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let rest = value / 1024;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${rest < 10 ? rest.toFixed(1) : Math.round(rest)} ${units[unit]}`;
}

/** @param {string} time */
export function when(time) {
  const date = new Date(time);
  const clock = date.toLocaleTimeString(undefined, { hour12: false });
  const isToday = date.toDateString() === new Date(now()).toDateString();
  return isToday ? `today, ${clock}` : `${date.toLocaleDateString()}, ${clock}`;
}

/** @param {string} time */
export function ago(time) {
  const passed = (now() - Date.parse(time)) / 1000;
  if (passed < 5) return "just now";
  if (passed < 60) return `${Math.floor(passed)} s ago`;
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86400) return `${Math.floor(passed / 3600)} h ago`;
  return new Date(time).toLocaleDateString();
}
