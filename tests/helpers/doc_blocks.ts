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
