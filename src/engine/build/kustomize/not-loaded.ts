/**
 * Thrown where a build needs a part of the program that few builds need. Most of a build cannot wait for one: whoever started it
 * loads the part and builds again, with the files that were read.
 */
export class NotLoaded extends Error {
  override readonly name = "NotLoaded";
  readonly load: () => Promise<void>;

  constructor(load: () => Promise<void>) {
    super("a part of the program is not loaded yet");
    this.load = load;
  }
}

/** Runs what may need a part that is not loaded yet: loads it and runs it again. Throws what `work` throws. */
export async function whenLoaded<Result>(work: () => Result): Promise<Result> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error;
      await error.load();
    }
  }
}
