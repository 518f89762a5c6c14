/** The test files that run one after the other once all others have ended, each with the reason. */
export const ALONE: Record<string, string> = {
  "tests/jobs/supervisor/script_surroundings_test.ts": "changes the umask, and measures memory",
  "tests/jobs/supervisor/broken_python_test.ts": "measures time",
  "tests/jobs/files/readable_text_test.ts": "measures time",
  "tests/jobs/waiting/waiting_test.ts": "measures time",
  "tests/python/source/detect_imports_test.ts": "measures time",
};

/** The longest files, which begin first, so that none of them goes on alone at the end. */
export const FIRST = [
  "tests/docs_test.ts",
  "tests/serve/dashboard/page_test.ts",
  "tests/python/in_script/live_output_test.ts",
  "tests/python/requirements/uv_project_test.ts",
  "tests/jobs/supervisor/output_pipes_test.ts",
  "tests/serve/dashboard/page_looks_test.ts",
  "tests/mcp/tools/with_pictures_test.ts",
  "tests/serve/scoped_test.ts",
  "tests/e2e/examples_test.ts",
  "tests/serve/dashboard/page_output_test.ts",
  "tests/python/requirements/surroundings_test.ts",
  "tests/jobs/supervisor/child_jobs_test.ts",
];
