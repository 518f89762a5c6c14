import { createHash } from "node:crypto";

/** An HTML document that loads nothing, with what a Content-Security-Policy must allow for it. */
export interface PageDocument {
  html: string;
  /** The sources of its one script and its one style sheet, such as `'sha256-…'`. */
  scriptSource: string;
  styleSource: string;
}

const IMPORT = /^import [^;]+;\n/gm;
const EXPORT = /^export /gm;

/**
 * Puts a page together: its styles one after the other, and its modules as one script, in which they
 * share one scope; a module comes after those that it imports.
 *
 * @param skeleton HTML with the comments `styles` and `script` where they belong.
 */
export function assemble(
  skeleton: string,
  styles: readonly string[],
  modules: readonly string[],
): PageDocument {
  const style = `\n${styles.join("\n")}`;
  const script = `\n"use strict";\n(() => {\n${modules.map(withoutModuleSyntax).join("\n")}})();\n`;
  if (/<\/script|<!--/i.test(script)) throw new Error("A module of the page would end its script");
  return {
    html: skeleton
      .replace("<!-- styles -->", () => `<style>${style}</style>`)
      .replace("<!-- script -->", () => `<script>${script}</script>`),
    scriptSource: hashSource(script),
    styleSource: hashSource(style),
  };
}

function withoutModuleSyntax(source: string): string {
  return source.replaceAll(IMPORT, "").replaceAll(EXPORT, "").trim() + "\n";
}

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
