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
