import { Buffer } from "node:buffer";
import { dirname, join } from "node:path";
import type { ContentBlock } from "@modelcontextprotocol/server";
import { lookAt } from "../../base/private_files.ts";
import { type Artifact, readOwnFile } from "../../runs/results/artifacts.ts";
import { memoryChart } from "../../runs/results/memory_chart.ts";
import { scalePicture } from "../../runs/results/scale_picture.ts";

/** The most pictures of an answer. */
const MOST_PICTURES = 4;
/** The most bytes of all pictures of an answer; some clients drop a message of more than 1 MiB. */
const MOST_BYTES = 700_000;
/** The largest file that is read to make a smaller picture of it; 50 MB. */
const LARGEST_FILE = 50_000_000;
const SHOWN_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** A picture, not yet read. */
interface Picture {
  mimeType: string;
  size: number;
  read(): Uint8Array | undefined;
  /** A smaller copy of at most so many bytes; without it none can be made. */
  smaller?(mostBytes: number): Promise<{ bytes: Uint8Array; mimeType: string } | undefined>;
}

/** The pictures of a run, for its answer. */
export interface Pictures {
  blocks: ContentBlock[];
  /** What of them is not shown, or not as it is. */
  note?: string;
}

/**
 * The first pictures that a script made, in the order of their making: at most four, of at most 700 kB
 * in all. Where that is too little room, the largest are scaled down.
 *
 * @param folder Where the artifacts are; large ones may have smaller copies in `previews` beside it.
 * @param taken Bytes of the answer without them.
 */
export async function showPictures(
  result: unknown,
  folder: string | undefined,
  taken: number,
): Promise<Pictures> {
  const found = picturesOf(result, folder);
  const chosen = found.slice(0, MOST_PICTURES);
  const room = Math.min(MOST_BYTES, Math.max(0, (2 ** 20 - 2 * taken) * 3 / 4 - 20_000));
  const shares = shareOut(chosen.map(({ size }) => size), room);
  const shown = [];
  // One after the other: each may take much memory.
  for (const [place, one] of chosen.entries()) shown.push(await fit(one, shares[place]!));
  const blocks = shown.filter((one) => one !== undefined).map(({ bytes, mimeType }) => ({
    type: "image" as const,
    data: Buffer.from(bytes).toString("base64"),
    mimeType,
  }));
  const isScaled = shown.some((one, place) => one && one.bytes.length < chosen[place]!.size);
  return { blocks, note: noteOf(found.length, blocks.length, isScaled) };
}

function noteOf(found: number, shown: number, isScaled: boolean): string | undefined {
  const parts: string[] = [];
  if (shown < found) parts.push(`${shown} of ${found} pictures are shown`);
  if (isScaled) parts.push("large pictures are shown scaled down");
  return parts.length === 0 ? undefined : `${parts.join("; ")}; the files are in artifacts`;
}

/** How many bytes each may have: small ones what they need, large ones equal parts of the rest. */
function shareOut(sizes: number[], room: number): number[] {
  const shares = sizes.map(() => 0);
  const order = sizes.map((_, place) => place).sort((a, b) => sizes[a]! - sizes[b]!);
  let left = room;
  order.forEach((place, done) => {
    shares[place] = Math.min(sizes[place]!, Math.floor(left / (order.length - done)));
    left -= shares[place]!;
  });
  return shares;
}

async function fit({ size, mimeType, read, smaller }: Picture, share: number) {
  if (size > share) return await smaller?.(share);
  const bytes = read();
  return bytes && { bytes, mimeType };
}

function picturesOf(result: unknown, folder: string | undefined): Picture[] {
  if (typeof result !== "object" || result === null) return [];
  const { artifacts = [], memory_profile } = result as {
    artifacts?: Artifact[];
    memory_profile?: [number, number][];
  };
  const pictures: Picture[] = [];
  if (memory_profile) {
    const chart = memoryChart(memory_profile);
    pictures.push({ mimeType: "image/png", size: chart.length, read: () => chart });
  }
  return folder === undefined ? pictures : [...pictures, ...files(artifacts, folder)];
}

/** The files that are pictures, oldest first. */
function files(artifacts: Artifact[], folder: string): Picture[] {
  return artifacts.filter(({ mime_type }) => SHOWN_TYPES.includes(mime_type))
    .flatMap(({ name, mime_type: mimeType }) => {
      const path = join(folder, name);
      const info = lookAt(path);
      if (!info?.isFile || info.size === 0) return [];
      const read = () => readOwnFile(folder, name, info.size);
      const picture: Picture = {
        mimeType,
        size: info.size,
        read,
        smaller: (most) => smallerCopy({ folder, name, size: info.size, mimeType, read }, most),
      };
      return [{ picture, made: info.mtime?.getTime() ?? 0 }];
    })
    .sort((a, b) => a.made - b.made)
    .map(({ picture }) => picture)
    .filter(isNew);
}

/** Whether none before it shows the same, as a file and its copy do. */
function isNew(picture: Picture, place: number, all: Picture[]): boolean {
  const alike = all.slice(0, place).filter(({ size }) => size === picture.size);
  if (alike.length === 0 || picture.size > LARGEST_FILE) return true;
  const bytesOf = (one: Picture) => Buffer.from(one.read() ?? []);
  const bytes = bytesOf(picture);
  return !alike.some((one) => bytes.equals(bytesOf(one)));
}

/** The copy that the plotting library made, which is sharper, or else one that is made now. */
async function smallerCopy(
  { folder, name, size, mimeType, read }:
    & Pick<Picture, "size" | "mimeType" | "read">
    & { folder: string; name: string },
  mostBytes: number,
) {
  const preview = readOwnFile(join(dirname(folder), "previews"), name, LARGEST_FILE);
  if (preview && preview.length > 0) {
    return preview.length <= mostBytes
      ? { bytes: preview, mimeType }
      : await scalePicture(preview, mostBytes);
  }
  const bytes = size > LARGEST_FILE ? undefined : read();
  return bytes && await scalePicture(bytes, mostBytes);
}
