/** Why no test can make a namespace here, for `skippableTest`; `false` where it can. */
export const noNamespaces: string | false = canMakeNamespaces()
  ? false
  : "no namespaces can be made here";

/** A pid namespace that still has the `/proc` of the one outside; all of it ends with its first process. */
export const OTHER_PROC = ["unshare", "--pid", "--fork", "--kill-child"];

/** No `/proc` at all. */
export const NO_PROC = ["unshare", "--mount", "sh", "-c", 'umount -l /proc; exec "$@"', "sh"];

function canMakeNamespaces(): boolean {
  try {
    const args = ["--pid", "--mount", "--fork", "true"];
    return new Deno.Command("unshare", { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
