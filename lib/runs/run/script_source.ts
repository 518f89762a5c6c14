/** A script as the caller named it. */
export interface ScriptSource {
  /** Of a folder or a zip file, the text of its `__main__.py`. */
  source: string;
  /** A file, or a folder or zip file that Python runs; absent for inline code and for a module. */
  path?: string;
  /** Run as `python -m`. */
  module?: string;
  /** The folder that relative imports of the source start from, where it is not the first on its path. */
  importer?: string;
  /** The modules inside a zip file. */
  contents?: string[];
}

/** Which script a caller wants to run: exactly one of the three. */
export interface ScriptChoice {
  scriptPath?: string;
  /** Python source. */
  scriptContent?: string;
  /** A dotted name. */
  module?: string;
}
