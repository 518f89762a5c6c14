/** A fenced block of a document. */
export interface DocBlock {
  language: string;
  text: string;
  /** The line on which its text begins. */
  line: number;
  /** Why it is not run: what the comment `<!-- not run: … -->` just above it says. */
  notRun?: string;
  /** What its first line names it: `# train.py`. */
  file?: string;
}

const FENCE =
  /^(?:<!-- not run: (?<notRun>[^>]+) -->\n+)?```(?<language>\w*)\n(?<text>.*?)^```$/gms;

/** All fenced blocks of a Markdown text, in its order. */
export function docBlocks(markdown: string): DocBlock[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const { notRun, language, text } = match.groups as Record<string, string>;
    const start = match.index + match[0].indexOf("```");
    return {
      language: language!,
      text: text!,
      line: markdown.slice(0, start).split("\n").length + 1,
      notRun,
      file: /^(?:#|\/\/) ([\w-]+\.\w+)\n/.exec(text!)?.[1],
    };
  });
}

const ROOT = new URL("../../", import.meta.url);

/** The documents that people read, by their paths in the checkout. */
export const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/README.md",
  ...["guides", "concepts", "reference"].flatMap((part) =>
    [...Deno.readDirSync(new URL(`docs/${part}/`, ROOT))].map(({ name }) => `docs/${part}/${name}`)
  ),
];

/** The text of a document. */
export function readDocument(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}
