const BLOCKS = /^( *)```.*?^\1```$/gms;

/** The links of a Markdown text to what is not elsewhere in the web: to files, headings and pictures. */
export function linksOf(markdown: string): string[] {
  return [...markdown.replaceAll(BLOCKS, "").matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
    .map(([, link]) => link!);
}

/** What a link can name of a Markdown text, as GitHub and most sites make it of the headings. */
export function anchorsOf(markdown: string): string[] {
  return [...markdown.replaceAll(BLOCKS, "").matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) =>
    heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}
