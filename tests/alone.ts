/** The test files that run one after the other once all others have ended, each with the reason. */
export const ALONE: Record<string, string> = {
  "tests/e2e/privacy_test.ts": "changes the umask, which the whole process has",
  "tests/jobs/supervisor/script_surroundings_test.ts": "changes the umask, and measures memory",
  "tests/jobs/supervisor/broken_python_test.ts": "measures time",
  "tests/jobs/files/readable_text_test.ts": "measures time",
  "tests/jobs/waiting/waiting_test.ts": "measures time",
  "tests/python/source/detect_imports_test.ts": "measures time",
};
