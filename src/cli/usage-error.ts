/**
 * A command line that cannot be run: exit status 2. Apart from GitOpsError, so that reading the command line
 * (and `--help`, `--version`, completions) does not load the engine.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** One thing the reader can do next. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
