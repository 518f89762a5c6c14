/** Those that take a second or two. */
export const QUICK = [
  "test_atexit",
  "test_select",
  "test_resource",
  "test_runpy",
  "test_pty",
  "test_tempfile",
  "test_warnings",
  "test_posix",
  "test_sys",
  "test_site",
  "test_raise",
  "test_exceptions",
];
export const ALL = [
  ...QUICK,
  "test_signal",
  "test_os",
  "test_io",
  "test_threading",
  "test_subprocess",
  "test_faulthandler",
  "test_cmd_line_script",
  "test_logging",
  "test_socket",
  "test_asyncio",
  "test_concurrent_futures",
  "test_multiprocessing_fork",
  "test_multiprocessing_spawn",
  "test_multiprocessing_forkserver",
];

/** Tests that cannot be compared, with the reason: patterns as `python -m test --ignore` takes them. */
export const LEFT_OUT: Record<string, Record<string, string>> = {
  test_socket: {
    "*VSOCK*": "wait for ever, also bare, on a virtual machine whose host does not answer itself",
  },
};
