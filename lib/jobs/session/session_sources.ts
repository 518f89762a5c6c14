import lateOutputSource from "./late_output.py" with { type: "text" };
import lineSocketSource from "./line_socket.py" with { type: "text" };
import sessionCellSource from "./session_cell.py" with { type: "text" };
import sessionEndSource from "./session_end.py" with { type: "text" };
import sessionKernelSource from "./session_kernel.py" with { type: "text" };
import sessionLinksSource from "./session_links.py" with { type: "text" };
import sessionSupervisorSource from "./session_supervisor.py" with { type: "text" };
import startSessionSource from "./start_session.py" with { type: "text" };
import transcriptSource from "./transcript.py" with { type: "text" };

/** The Python files of sessions, which are installed beside those of the launcher. */
export const SESSION_SOURCES: Record<string, string> = {
  "late_output.py": lateOutputSource,
  "line_socket.py": lineSocketSource,
  "session_cell.py": sessionCellSource,
  "session_end.py": sessionEndSource,
  "session_kernel.py": sessionKernelSource,
  "session_links.py": sessionLinksSource,
  "session_supervisor.py": sessionSupervisorSource,
  "start_session.py": startSessionSource,
  "transcript.py": transcriptSource,
};
