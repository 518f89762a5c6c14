import assert from "node:assert/strict";
import { CLIENTS, type TransportKind, TRANSPORTS } from "../helpers/connect.ts";
import { TASKS } from "../helpers/modern_meta.ts";
import { SharedServers } from "../helpers/shared_servers.ts";
import { openTaskClient, type Task, type TaskClient } from "../helpers/task_client.ts";
import { TestHome } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RUN = "py_run_script_in_dir";

async function run(client: TaskClient, args: Record<string, unknown>): Promise<Task> {
  const { result } = await client.request("tools/call", {
    name: RUN,
    arguments: { use_uv: false, ...args },
  });
  return result as unknown as Task;
}

async function get(client: TaskClient, taskId: string): Promise<Task> {
  return (await client.request("tasks/get", { taskId })).result as unknown as Task;
}

async function untilStatus(client: TaskClient, taskId: string, status: string): Promise<Task> {
  return await waitFor(async () => {
    const task = await get(client, taskId);
    return task.status === status && task;
  }, { what: `a task that is ${status}` });
}

function waitsFor(path: string, before = "", after = ""): string {
  return `import os, time\n${before}\nwhile not os.path.exists(${JSON.stringify(path)}):\n` +
    `    time.sleep(0.01)\n${after}\n`;
}

const shared = new SharedServers();

async function begin(transport: TransportKind): Promise<{ home: TestHome; client: TaskClient }> {
  const open = (home: TestHome) => openTaskClient(home, transport);
  return { home: await shared.home(), client: await shared.once(`tasks over ${transport}`, open) };
}

for (const transport of TRANSPORTS) {
  Deno.test(`a task goes from working to completed when its run overran its budget (${transport})`, async () => {
    const { home, client } = await begin(transport);
    const go = home.join(crypto.randomUUID());
    const report = "from python_mcp import create_progress_callback\n" +
      "create_progress_callback()(52, 100, 'half way')";
    const task = await run(client, {
      directory: home.path,
      script_content: waitsFor(go, report, "print('done')"),
      time_budget_seconds: 0.2,
    });
    assert.equal(task.resultType, "task");
    assert.match(task.taskId, UUID);
    assert.equal(task.status, "working");
    assert.equal(task.ttlMs, null);
    assert.ok(task.pollIntervalMs >= 100 && task.pollIntervalMs <= 10_000);
    assert.equal(new Date(task.createdAt).toISOString(), task.createdAt);
    assert.equal(new Date(task.lastUpdatedAt).toISOString(), task.lastUpdatedAt);
    assert.equal("content" in task, false);

    await waitFor(
      async () => (await get(client, task.taskId)).statusMessage === "52/100 half way",
      { what: "the task's progress" },
    );
    Deno.writeTextFileSync(go, "");
    const ended = await untilStatus(client, task.taskId, "completed");
    assert.equal(ended.resultType, "complete");
    assert.equal(ended.createdAt, task.createdAt);
    assert.ok(ended.ttlMs! >= 29 * 24 * 3600 * 1000);
    const { structuredContent, content, isError } = ended.result!;
    assert.equal(isError, undefined);
    assert.equal(structuredContent.stdout, "done\n");
    assert.equal(structuredContent.exit_code, 0);
    assert.equal("job_id" in structuredContent, false);
    assert.deepEqual(content, [{ type: "text", text: JSON.stringify(structuredContent) }]);
  });

  Deno.test(`a task ends as cancelled when tasks/cancel is sent (${transport})`, async () => {
    const { home, client } = await begin(transport);
    const { taskId } = await run(client, {
      directory: home.path,
      script_content: "import time; time.sleep(600)",
      async_mode: true,
    });
    const { result } = await client.request("tasks/cancel", { taskId });
    assert.equal(result!.resultType, "complete");
    const ended = await untilStatus(client, taskId, "cancelled");
    assert.equal("result" in ended, false);
  });

  Deno.test(`task methods answer -32602 when there is no such task (${transport})`, async () => {
    const { client } = await begin(transport);
    for (const method of ["tasks/get", "tasks/cancel", "tasks/update"]) {
      const taskId = crypto.randomUUID();
      const { error } = await client.request(method, { taskId, inputResponses: {} });
      assert.equal(error!.code, -32602, method);
      assert.match(error!.message, new RegExp(taskId));
    }
  });

  Deno.test(`task methods answer -32021 when the client did not declare the extension (${transport})`, async () => {
    const { home, client } = await begin(transport);
    const { taskId } = await run(client, {
      directory: home.path,
      script_content: "print(1)",
      async_mode: true,
    });
    for (const method of ["tasks/get", "tasks/cancel", "tasks/update"]) {
      const { error } = await client.request(method, { taskId, inputResponses: {} }, {});
      assert.equal(error!.code, -32021, method);
      assert.deepEqual(error!.data, { requiredCapabilities: TASKS });
    }
  });

  Deno.test(`a client sees a job instead of a task when its request declares no tasks (${transport})`, async () => {
    const { home, client } = await begin(transport);
    await run(client, { directory: home.path, script_content: "print(1)", async_mode: true });
    const { result } = await client.request("tools/call", {
      name: RUN,
      arguments: {
        directory: home.path,
        script_content: "print(1)",
        use_uv: false,
        async_mode: true,
      },
    }, {});
    const { structuredContent } = result as { structuredContent: Record<string, unknown> };
    assert.equal(result!.resultType, "complete");
    assert.match(structuredContent.job_id as string, UUID);
    assert.equal(structuredContent.status, "pending");
  });
}

Deno.test("server/discover names the tasks extension when asked", async () => {
  const { client } = await begin("stdio");
  const { result } = await client.request("server/discover");
  const { extensions } = result!.capabilities as { extensions: Record<string, unknown> };
  assert.deepEqual(extensions, TASKS.extensions);
});

Deno.test("a run is answered with its result when it ends within its budget, tasks or not", async () => {
  const { home, client } = await begin("stdio");
  const result = await run(client, { directory: home.path, script_content: "print(1)" });
  assert.equal(result.resultType, "complete");
  assert.equal("taskId" in result, false);
});

Deno.test("a task is completed, with the run's result, when its script has failed", async () => {
  const { home, client } = await begin("stdio");
  const { taskId } = await run(client, {
    directory: home.path,
    script_content: "1/0",
    async_mode: true,
  });
  const ended = await untilStatus(client, taskId, "completed");
  assert.equal(ended.statusMessage, "ZeroDivisionError: division by zero");
  assert.equal(ended.result!.structuredContent.exit_code, 1);
  assert.equal(ended.result!.isError, undefined);
});

Deno.test("a task is completed, with an error as its result, when its run could not be prepared", async () => {
  const { client } = await begin("stdio");
  const { result } = await client.request("tools/call", {
    name: "py_run_script_with_dependencies_async",
    arguments: { script_content: "print(1)", dependencies: ["no-such-thing-7d1f0c==1.0"] },
  });
  const ended = await waitFor(async () => {
    const task = await get(client, result!.taskId as string);
    return task.status === "completed" && task;
  }, { what: "the end of the preparation", timeoutMs: 60_000 });
  assert.equal(ended.result!.isError, true);
  assert.match(ended.result!.structuredContent.error as string, /no-such-thing-7d1f0c/);
});

Deno.test("tasks/update is acknowledged when the task asked for nothing", async () => {
  const { home, client } = await begin("stdio");
  const { taskId } = await run(client, {
    directory: home.path,
    script_content: "print(1)",
    async_mode: true,
  });
  const { result } = await client.request("tasks/update", { taskId, inputResponses: {} });
  assert.equal(result!.resultType, "complete");
});

Deno.test("a task survives its server: another one of the home answers for it", async () => {
  await using home = await TestHome.prepared();
  const go = home.join("go");
  await using other = await openTaskClient(home, "HTTP");
  let taskId: string;
  {
    await using client = await openTaskClient(home, "stdio");
    ({ taskId } = await run(client, {
      directory: home.path,
      script_content: waitsFor(go, "", "print('done')"),
      async_mode: true,
    }));
    // While its own server lives ...
    await waitFor(async () => (await get(other, taskId)).status === "working", {
      what: "the task at another server",
    });
  }
  // ... and after it.
  Deno.writeTextFileSync(go, "");
  const ended = await untilStatus(other, taskId, "completed");
  assert.equal(ended.result!.structuredContent.stdout, "done\n");
});

for (const kind of CLIENTS) {
  Deno.test(`a ${kind} SDK client gets a job when it knows nothing of tasks`, async () => {
    const { home, server } = await shared.begin(kind);
    const { json } = await server.call(RUN, {
      directory: home.path,
      script_content: "print(1)",
      use_uv: false,
      async_mode: true,
    });
    assert.match(json.job_id as string, UUID);
  });
}
