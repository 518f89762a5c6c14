import type { ResourceFamily } from "./define_resource.ts";

/** The view of a job that tools name in `_meta.ui`, for hosts with the extension MCP Apps. */
export const JOB_PAGE_URI = "ui://python-mcp/job";

export const JOB_PAGE: ResourceFamily = {
  name: "job-view",
  title: "The view of a job",
  uriTemplate: JOB_PAGE_URI,
  description: "A page that hosts show for the answers of run tools and py_job_status.",
  mimeType: "text/html;profile=mcp-app",
  async read(uri) {
    if (uri.href !== JOB_PAGE_URI) return undefined;
    const { JOB_VIEW } = await import("../../page/job_view.ts");
    return {
      uri: uri.href,
      mimeType: "text/html;profile=mcp-app",
      text: JOB_VIEW,
      // It asks nobody but its host.
      _meta: { ui: { csp: {}, prefersBorder: true } },
    };
  },
};
