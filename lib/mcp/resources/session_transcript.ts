import { UserError } from "../../base/user_error.ts";
import { decoded, type ResourceFamily } from "./define_resource.ts";

export const SESSION_TRANSCRIPT: ResourceFamily = {
  name: "session",
  title: "A session's transcript",
  uriTemplate: "session://{session}",
  description: "The newest cells of a session as JSON: code and output; also after its end.",
  mimeType: "application/json",
  async read(uri, app) {
    const { sessionText } = await import("../../runs/sessions/session_text.ts");
    try {
      const text = JSON.stringify(sessionText(app, decoded(uri.host)));
      return { uri: uri.href, mimeType: "application/json", text };
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  },
};
