import type { App } from "../../runs/app.ts";

/** The content of a resource, as `resources/read` answers it. */
export type Contents =
  & { uri: string; mimeType: string; _meta?: Record<string, unknown> }
  & ({ text: string } | { blob: string });

/** A family of resources: a template and what reads those that match it. */
export interface ResourceFamily {
  name: string;
  title: string;
  /** Without a variable in it, it is one resource, and is listed. */
  uriTemplate: string;
  description: string;
  mimeType?: string;
  /** `undefined`: there is no such resource. */
  read(uri: URL, app: App): Promise<Contents | undefined>;
}

/** A part of a URI as it was before it was encoded; one that is badly encoded stays as it is. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
