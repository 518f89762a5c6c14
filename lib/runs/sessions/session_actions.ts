/** What `py_session_end` can do to a session. */
export const SESSION_ACTIONS = ["end", "interrupt", "restart"] as const;
