/** A package as `uv pip install` takes it, of which only its own build tells what it needs. */
export interface SourcePackage {
  folder: string;
  /** Files that stand for some of the folder's, where uv could not read those. */
  standIn: Record<string, string>;
  /** What is installed, in this order; `editable` is the folder as it is. */
  install: ("editable" | "stand-in" | "needs of stand-in")[];
  /** Pip's constraints, which hold the versions of a lock. */
  constraints?: string;
  /** Where its versions come from, for people. */
  note?: string;
  /** Changes whenever its environment may have to. */
  fingerprint: string;
}
