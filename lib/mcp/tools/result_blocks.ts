import { Buffer } from "node:buffer";
import { dirname, join } from "node:path";
import type { ContentBlock } from "@modelcontextprotocol/server";
import { statIfThere } from "../../base/private_files.ts";
import type { Artifact } from "../../runs/results/artifacts.ts";
import { memoryChart } from "../../runs/results/memory_chart.ts";

/** The most pictures of a result. */
const MOST_IMAGES = 4;
/** The largest picture of a result, in bytes. */
const LARGEST_IMAGE = 1_000_000;
const SHOWN_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/**
 * What a result brings besides its JSON: the first pictures that the script made, in the order of
 * their making, and a link to each file.
 *
 * @param artifactsFolder Where they are; large ones may have smaller copies in `previews` beside it.
 */
export function resultBlocks(result: unknown, artifactsFolder: string | undefined): ContentBlock[] {
  if (typeof result !== "object" || result === null) return [];
  const { artifacts = [], memory_profile } = result as {
    artifacts?: Artifact[];
    memory_profile?: [number, number][];
  };
  const images: Uint8Array[] = memory_profile ? [memoryChart(memory_profile)] : [];
  const blocks = images.map((data) => imageBlock(data, "image/png"));
  for (const { path, mimeType } of pictures(artifacts, artifactsFolder)) {
    if (blocks.length >= MOST_IMAGES) break;
    blocks.push(imageBlock(Deno.readFileSync(path), mimeType));
  }
  return [
    ...blocks,
    ...artifacts.map(({ name, uri, mime_type, size }) => (
      { type: "resource_link" as const, uri, name, mimeType: mime_type, size }
    )),
  ];
}

function imageBlock(data: Uint8Array, mimeType: string): ContentBlock {
  return { type: "image", data: Buffer.from(data).toString("base64"), mimeType };
}

/** The files to show, oldest first. */
function pictures(
  artifacts: Artifact[],
  folder: string | undefined,
): { path: string; mimeType: string }[] {
  if (folder === undefined) return [];
  const found = artifacts.filter(({ mime_type }) => SHOWN_TYPES.includes(mime_type))
    .flatMap(({ name, mime_type: mimeType }) => {
      const original = join(folder, name);
      const made = statIfThere(original)?.mtime?.getTime() ?? 0;
      const path = [original, join(dirname(folder), "previews", name)].find(fits);
      return path === undefined ? [] : [{ path, mimeType, made }];
    });
  return found.sort((a, b) => a.made - b.made);
}

function fits(path: string): boolean {
  const info = statIfThere(path);
  return info !== undefined && info.isFile && info.size > 0 && info.size <= LARGEST_IMAGE;
}
