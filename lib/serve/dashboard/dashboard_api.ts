import { hideSecrets } from "../../base/hide_secrets.ts";
import { UserError } from "../../base/user_error.ts";
import { JOB_STATUSES } from "../../jobs/model/job.ts";
import type { App } from "../../runs/app.ts";
import { cancelJob } from "../../runs/jobs/cancel_job.ts";
import { pruneJobs, removeJobs } from "../../runs/jobs/prune_jobs.ts";
import { readJobScript } from "../../runs/jobs/job_script.ts";
import { rerunJob } from "../../runs/jobs/rerun_job.ts";
import { artifactResponse } from "./artifact_response.ts";
import { EventStreams } from "./event_stream.ts";
import { detailOf, summaryOf } from "./job_json.ts";
import { readPruneRequest, TooLarge } from "./prune_request.ts";
import { readOutput } from "./read_output.ts";
import { sessionAnswer } from "./session_api.ts";
import { SessionUpdates } from "./session_updates.ts";
import { UsageSampler } from "./usage_sampler.ts";

const MOST_JOBS = 500;
const HEADERS = {
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

class NotFound extends Error {}

/** What the page of jobs asks for, below `/api/`. Who may ask is the caller's business. */
export class DashboardApi {
  readonly #app: App;
  readonly #sampler: UsageSampler;
  readonly #sessions: SessionUpdates;
  readonly #events: EventStreams;

  constructor(app: App) {
    this.#app = app;
    this.#sampler = new UsageSampler(app);
    this.#sessions = new SessionUpdates(app);
    this.#events = new EventStreams(app, this.#sampler, this.#sessions);
  }

  async fetch(request: Request): Promise<Response> {
    try {
      return await this.#route(request, new URL(request.url));
    } catch (error) {
      if (error instanceof NotFound) return failure(404, error.message);
      if (error instanceof TooLarge) return failure(413, error.message);
      if (error instanceof URIError) return failure(404, "The path is invalid");
      if (error instanceof UserError) return failure(400, hideSecrets(error.message));
      this.#app.log.warn(`dashboard: ${error instanceof Error ? error.stack : error}`);
      return failure(500, "The server could not do this; its log says why");
    }
  }

  close(): void {
    this.#events.close();
    this.#sessions.close();
    this.#sampler.close();
  }

  async #route(request: Request, { pathname, searchParams }: URL): Promise<Response> {
    const [, , kind, id, part, ...rest] = pathname.split("/").map(decodeURIComponent);
    const route = [request.method, kind, id && "ID", part].filter(Boolean).join(" ");
    switch (route) {
      case "GET events":
        return this.#events.open(searchParams.get("watch"));
      case "GET jobs":
        return json(await this.#list(searchParams));
      case "GET jobs ID":
        return json(await detailOf(this.#app, await this.#job(id!)));
      case "GET jobs ID output":
        return json(await this.#output(id!, rest[0], searchParams));
      case "GET jobs ID script":
        return json(await readJobScript(this.#files((await this.#job(id!)).id)));
      case "GET jobs ID artifacts": {
        const { artifacts } = this.#files((await this.#job(id!)).id);
        const response = await artifactResponse(
          artifacts,
          rest.join("/"),
          request.headers.get("range"),
        );
        if (!response) throw new NotFound("There is no such artifact");
        return response;
      }
      case "POST jobs ID cancel":
        return json(await cancelJob(this.#app, id!));
      case "POST jobs ID rerun":
        return json({ job_id: await rerunJob(this.#app, id!, { tool: "dashboard" }) });
      case "DELETE jobs ID":
        return json(await this.#remove(id!));
      case "POST prune":
        return json(await pruneJobs(this.#app, await readPruneRequest(request)));
      default: {
        const answer = await sessionAnswer(this.#app, route, id ?? "", rest.join("/"), request);
        if (!answer) throw new NotFound(`There is nothing at ${request.method} ${pathname}`);
        return answer instanceof Response ? answer : json(answer);
      }
    }
  }

  async #list(params: URLSearchParams) {
    const app = this.#app;
    const limit = Math.min(wholeNumber(params.get("limit")) ?? 100, MOST_JOBS);
    const { rows } = await app.jobs.list({
      status: JOB_STATUSES.find((one) => one === params.get("status")),
      text: params.get("text") || undefined,
      limit,
      before: wholeNumber(params.get("before")),
    });
    return {
      jobs: rows.map((row) => summaryOf(app, row)),
      // Where the next page begins, if there may be one.
      next: rows.length === limit ? rows.at(-1)?.seq : undefined,
    };
  }

  async #output(id: string, stream: string | undefined, params: URLSearchParams) {
    if (stream !== "stdout" && stream !== "stderr") throw new NotFound("There is no such stream");
    return readOutput(await this.#job(id), this.#files(id), stream, {
      cursor: wholeNumber(params.get("cursor")),
      before: wholeNumber(params.get("before")),
    });
  }

  async #remove(id: string) {
    return await removeJobs(this.#app, [(await this.#job(id)).id]);
  }

  async #job(id: string) {
    const row = await this.#app.jobs.get(id);
    if (!row?.listed) throw new NotFound("There is no such job any more");
    return row;
  }

  #files(id: string) {
    const files = this.#app.jobs.files(id);
    if (!files) throw new NotFound("The job has no files");
    return files;
  }
}

function json(value: unknown): Response {
  return Response.json(value, {
    headers: HEADERS,
  });
}

function failure(status: number, error: string): Response {
  return Response.json({ error }, { status, headers: HEADERS });
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
