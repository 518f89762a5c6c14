import { join } from "node:path";
import { runCommand, uvFolder } from "./run_plan.ts";

/** A certificate for 127.0.0.1 and packages.office.example of an authority that nobody knows, as files. */
export interface PrivateCa {
  /** The authority's own certificate. */
  authority: string;
  cert: string;
  key: string;
}

/** Makes one in a folder, as an office with its own certificates does. */
export async function makePrivateCa(folder: string): Promise<PrivateCa> {
  const argv = [
    ...[join(await uvFolder(), "uv"), "run", "--no-project", "--with", "trustme==1.2.1"],
    ...[
      "python",
      "-m",
      "trustme",
      "-q",
      "-i",
      "127.0.0.1",
      "packages.office.example",
      "-d",
      folder,
    ],
  ];
  const { code, stderr } = await runCommand({ argv, cwd: folder }, Deno.env.toObject());
  if (code !== 0) throw new Error(`no certificate could be made: ${stderr}`);
  return {
    authority: join(folder, "client.pem"),
    cert: join(folder, "server.pem"),
    key: join(folder, "server.key"),
  };
}
