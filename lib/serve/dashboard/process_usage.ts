/** What a tree of processes uses, read from /proc; see proc(5). */
export interface TreeUsage {
  /** CPU time so far in seconds, of ended processes too. */
  cpuSeconds: number;
  /** Resident bytes of all below the root. */
  memory: number;
  processes: number;
}

/** Fields of /proc/<pid>/stat after the command's name. */
const UTIME = 11, CSTIME = 14, BORN = 19;
/** Linux shows times of processes in hundredths of a second on every architecture. */
const TICKS = 100;

/** The usage of all processes below `root`; `undefined` when it is gone, or another by now. */
export function readTreeUsage(root: number, born: string): TreeUsage | undefined {
  const stat = readStat(root);
  if (stat?.[BORN] !== born) return undefined;
  let ticks = ticksOf(stat);
  let memory = 0;
  let processes = 0;
  const waiting = childrenOf(root);
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const fields = readStat(pid);
    if (!fields) continue;
    ticks += ticksOf(fields);
    memory += residentBytes(pid);
    processes++;
    waiting.push(...childrenOf(pid));
  }
  return { cpuSeconds: ticks / TICKS, memory, processes };
}

/** Its own, and that of the children that it has waited for. */
function ticksOf(stat: string[]): number {
  return stat.slice(UTIME, CSTIME + 1).reduce((sum, field) => sum + Number(field), 0);
}

function childrenOf(pid: number): number[] {
  const found: number[] = [];
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const children = read(`/proc/${pid}/task/${name}/children`);
      found.push(...(children ?? "").split(" ").filter((one) => one.trim() !== "").map(Number));
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
  return found;
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function readStat(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The command's name is in parentheses and may hold anything.
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}
