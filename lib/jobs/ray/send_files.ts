import { UserError } from "../../base/user_error.ts";
import { MOST_PACKAGE_BYTES, type RayApi } from "./ray_api.ts";
import { storedZip, type ZipEntry } from "./stored_zip.ts";

/**
 * Ray puts what it unpacks on the path of its own Python, where a user's `token.py` would keep it from
 * starting: so it is a folder with one folder. `start_on_node.py` knows its name.
 */
const FOLDER = "files";

/**
 * Puts files into the cluster, once for all jobs that have the same; returns the package's name.
 *
 * @throws UserError when they are more than Ray takes
 */
export async function sendFiles(api: RayApi, files: ZipEntry[]): Promise<string | undefined> {
  if (files.length === 0) return undefined;
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes > MOST_PACKAGE_BYTES) throw tooLarge(bytes);
  const archive = storedZip(files.map((file) => ({ ...file, name: `${FOLDER}/${file.name}` })));
  if (archive.length > MOST_PACKAGE_BYTES) throw tooLarge(archive.length);
  const digest = await crypto.subtle.digest("SHA-256", archive);
  const name = `_ray_pkg_${new Uint8Array(digest).toHex().slice(0, 40)}.zip`;
  if (!await api.hasPackage(name)) await api.upload(name, archive);
  return name;
}

export function tooLarge(bytes: number): UserError {
  return new UserError(
    `The job was not started: its files have ${
      (bytes / 2 ** 20).toFixed(0)
    } MB, and Ray takes 100 MB ` +
      "with a job. Name fewer of them in ray.include, or put them where the cluster sees them and " +
      "name that folder in ray.shared_directory.",
  );
}
