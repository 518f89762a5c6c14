import cellEndSource from "./cell_end.py" with { type: "text" };
import cellFolderSource from "./cell_folder.py" with { type: "text" };
import cellQueueSource from "./cell_queue.py" with { type: "text" };
import kernelNewsSource from "./kernel_news.py" with { type: "text" };
import lateOutputSource from "./late_output.py" with { type: "text" };
import lineSocketSource from "./line_socket.py" with { type: "text" };
import sessionCellSource from "./session_cell.py" with { type: "text" };
import sessionEndSource from "./session_end.py" with { type: "text" };
import sessionKernelSource from "./session_kernel.py" with { type: "text" };
import sessionLimitsSource from "./session_limits.py" with { type: "text" };
import sessionLinksSource from "./session_links.py" with { type: "text" };
import sessionPreparationSource from "./session_preparation.py" with { type: "text" };
import sessionQuestionsSource from "./session_questions.py" with { type: "text" };
import sessionRequestsSource from "./session_requests.py" with { type: "text" };
import sessionStateSource from "./session_state.py" with { type: "text" };
import sessionStopSource from "./session_stop.py" with { type: "text" };
import sessionSupervisorSource from "./session_supervisor.py" with { type: "text" };
import startSessionSource from "./start_session.py" with { type: "text" };
import transcriptSource from "./transcript.py" with { type: "text" };

/** The Python files of sessions, which are installed beside those of the launcher. */
export const SESSION_SOURCES: Record<string, string> = {
  "cell_end.py": cellEndSource,
  "cell_folder.py": cellFolderSource,
  "cell_queue.py": cellQueueSource,
  "kernel_news.py": kernelNewsSource,
  "late_output.py": lateOutputSource,
  "line_socket.py": lineSocketSource,
  "session_cell.py": sessionCellSource,
  "session_end.py": sessionEndSource,
  "session_kernel.py": sessionKernelSource,
  "session_limits.py": sessionLimitsSource,
  "session_links.py": sessionLinksSource,
  "session_preparation.py": sessionPreparationSource,
  "session_questions.py": sessionQuestionsSource,
  "session_requests.py": sessionRequestsSource,
  "session_state.py": sessionStateSource,
  "session_stop.py": sessionStopSource,
  "session_supervisor.py": sessionSupervisorSource,
  "start_session.py": startSessionSource,
  "transcript.py": transcriptSource,
};
