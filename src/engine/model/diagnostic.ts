/** A problem in a file of the source. Collected, so that all are shown at once. Never carries the text of a value. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Path inside the source. */
  readonly file: string;
  /** Both count from 1. */
  readonly line?: number;
  readonly column?: number;
  /** JSON pointer (RFC 6901) of the field that it is about, in the document at that line. */
  readonly field?: string;
  /** What is wrong, and what was expected. */
  readonly message: string;
  /** One thing that the reader can do. */
  readonly hint?: string;
}
