/** `deno task docs`: rewrites the generated parts of the documents. */
import { docParts, readDocument, withParts, writeDocument } from "./doc_parts.ts";

for (const [document, parts] of Object.entries(await docParts())) {
  await writeDocument(document, withParts(await readDocument(document), parts));
}
