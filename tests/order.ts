/** The test files that run one after the other once all others have ended, each with the reason. */
export const ALONE: Record<string, string> = {
  "tests/jobs/supervisor/script_surroundings_test.ts": "changes the umask, and measures memory",
  "tests/jobs/launcher/broken_python_test.ts": "measures time",
  "tests/jobs/files/readable_text_test.ts": "measures time",
  "tests/jobs/waiting/waiting_test.ts": "measures time",
  "tests/python/source/detect_imports_test.ts": "measures time",
};

/**
 * What only `.ci/run` runs, by `deno task test:ci`, each with the reason: tools of others, a browser,
 * large packages, and a stranger's whole way through the program.
 */
export const IN_CI: Record<string, string> = {
  "tests/conformance/conformance_test.ts": "needs the packages of tests/tools",
  "tests/cpython/cpython_test.ts": "runs a dozen modules of CPython's own tests",
  "tests/docs_run_test.ts": "does all that the documents show",
  "tests/e2e/examples_test.ts": "follows the guide of recipes",
  "tests/e2e/inspector_test.ts": "needs the packages of tests/tools",
  "tests/e2e/warm_hosts_test.ts": "is about what is off by default",
  "tests/e2e/warm_runs_test.ts": "compares cold and warm runs of many scripts",
  "tests/fuzz/fuzz_test.ts": "goes on for as long as it is told to",
  "tests/mcp/job_page_test.ts": "needs a browser",
  "tests/python/in_script/figures_test.ts": "installs pandas, seaborn and more",
  "tests/python/in_script/notebook_pip_test.ts": "installs packages again and again",
  "tests/python/in_script/notebook_test.ts": "installs and starts Jupyter's kernel",
  "tests/python/requirements/uv_project_test.ts": "compares with uv itself, which builds projects",
  "tests/runs/sessions/notebook_in_jupyter_test.ts": "installs and starts Jupyter",
  "tests/serve/dashboard/page_connection_test.ts": "needs a browser",
  "tests/serve/dashboard/page_looks_test.ts": "needs a browser",
  "tests/serve/dashboard/page_output_test.ts": "needs a browser",
  "tests/serve/dashboard/page_script_test.ts": "needs a browser",
  "tests/serve/dashboard/page_test.ts": "needs a browser",
  "tests/serve/install/client_programs_test.ts": "needs the programs of tests/clients",
  "tests/serve/published_test.ts": "runs the package as it is published",
};

/** The longest files, which begin first, so that none of them goes on alone at the end. */
export const FIRST = [
  "tests/python/requirements/surroundings_test.ts",
  "tests/e2e/hostile_scripts_test.ts",
  "tests/e2e/cancel_request_test.ts",
  "tests/python/in_script/live_output_test.ts",
  "tests/jobs/supervisor/output_pipes_test.ts",
  "tests/mcp/tools/with_pictures_test.ts",
  "tests/jobs/supervisor/whole_tree_test.ts",
  "tests/jobs/launcher/child_jobs_test.ts",
  "tests/serve/scoped_test.ts",
];
