/** The test files that run one after the other once all others have ended, each with the reason. */
export const ALONE: Record<string, string> = {
  "tests/jobs/supervisor/private_files_test.ts": "changes the umask, which files beside it share",
};

/**
 * What only `.ci/run` runs, and `deno task test:ci` by itself, each with the reason: tools of others, a
 * browser, large packages, and a stranger's whole way through the program.
 */
export const IN_CI: Record<string, string> = {
  "tests/ray/ray_test.ts": "needs a Ray cluster",
  "tests/docs_run_test.ts": "does all that the documents show",
  "tests/python/in_script/notebook_test.ts": "installs and starts Jupyter's kernel",
  "tests/cpython/cpython_test.ts": "runs a dozen modules of CPython's own tests",
  "tests/serve/install/client_jobs_test.ts": "needs the programs of tests/clients",
  "tests/e2e/hostile_scripts_test.ts": "runs forty scripts that attack their own jobs",
  "tests/python/requirements/uv_project_test.ts": "compares with uv itself, which builds projects",
  "tests/python/in_script/figures_test.ts": "installs pandas, seaborn and more",
  "tests/serve/dashboard/page_test.ts": "needs a browser",
  "tests/conformance/conformance_test.ts": "needs the packages of tests/tools",
  "tests/e2e/examples_test.ts": "follows the guide of recipes",
  "tests/e2e/session_guide_test.ts": "installs pandas and matplotlib",
  "tests/runs/sessions/notebook_in_jupyter_test.ts": "installs and starts Jupyter",
  "tests/python/environment/download_python_test.ts": "packs and installs a whole Python",
  "tests/mcp/tools/with_pictures_test.ts": "installs matplotlib and starts Jupyter's kernel",
  "tests/python/in_script/notebook_pip_test.ts": "installs packages again and again",
  "tests/e2e/warm_hosts_test.ts": "is about what is off by default",
  "tests/serve/dashboard/page_looks_test.ts": "needs a browser",
  "tests/serve/published_test.ts": "runs the package as it is published",
  "tests/build/mcpb_test.ts": "needs the packages of tests/tools, and starts Deno by npx",
  "tests/serve/install/client_programs_test.ts": "needs the programs of tests/clients",
  "tests/serve/dashboard/page_output_test.ts": "needs a browser",
  "tests/fuzz/fuzz_test.ts": "goes on for as long as it is told to",
  "tests/serve/dashboard/page_script_test.ts": "needs a browser",
  "tests/runs/sandbox/fixtures_test.ts": "runs fifty scripts twice",
  "tests/runs/sandbox/escapes_test.ts": "tries all ways out of a sandbox, twice",
  "tests/jobs/files/progress_of_libraries_test.ts": "installs three libraries that show progress",
  "tests/python/requirements/declared_project_test.ts": "builds projects",
  "tests/serve/scoped_install_test.ts": "installs uv anew, by pip",
  "tests/e2e/sessions_ipython_test.ts": "installs IPython, pandas and matplotlib",
  "tests/serve/dashboard/page_connection_test.ts": "needs a browser",
  "tests/mcp/job_page_test.ts": "needs a browser",
  "tests/serve/dashboard/page_sessions_test.ts": "needs a browser",
  "tests/build/dockerfile_test.ts": "builds what stands for an image",
  "tests/e2e/warm_runs_test.ts": "compares cold and warm runs of many scripts",
  "tests/e2e/warm_packages_test.ts": "installs numpy and matplotlib, and waits for hosts with them",
  "tests/e2e/inspector_test.ts": "needs the packages of tests/tools",
  "tests/build/workflow_test.ts": "needs the packages of tests/tools",
};

/**
 * What begins before others, so that none of it goes on alone at the end: the longest files, each by itself,
 * and together those that share a browser and a server in one isolate.
 */
export const FIRST: string[][] = [
  ["tests/ray/ray_test.ts"],
  Object.keys(IN_CI).filter((file) => IN_CI[file] === "needs a browser"),
  ["tests/docs_run_test.ts"],
  ["tests/python/in_script/notebook_test.ts"],
  ["tests/cpython/cpython_test.ts"],
  ["tests/e2e/hostile_scripts_test.ts"],
  ["tests/python/requirements/uv_project_test.ts"],
  ["tests/python/in_script/figures_test.ts"],
  ["tests/serve/install/client_jobs_test.ts"],
  ["tests/conformance/conformance_test.ts"],
  ["tests/e2e/examples_test.ts"],
  ["tests/e2e/session_guide_test.ts"],
  ["tests/runs/sessions/notebook_in_jupyter_test.ts"],
  ["tests/runs/sandbox/escapes_test.ts"],
  ["tests/python/environment/download_python_test.ts"],
  ["tests/fuzz/fuzz_test.ts"],
  ["tests/python/requirements/surroundings_test.ts"],
  ["tests/e2e/progress_notifications_test.ts"],
  ["tests/jobs/supervisor/whole_tree_test.ts"],
  ["tests/e2e/cancel_request_test.ts"],
  ["tests/serve/stdio/stdio_end_test.ts"],
  ["tests/jobs/launcher/child_jobs_test.ts"],
  ["tests/python/in_script/live_output_test.ts"],
  ["tests/e2e/tools_test.ts"],
  ["tests/e2e/session_cells_test.ts"],
  ["tests/e2e/session_end_test.ts"],
  ["tests/serve/cli/run_test.ts"],
];
