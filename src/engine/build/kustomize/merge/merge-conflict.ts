/** Something that a patch cannot do to an object. The message names the field, never a value. */
export class MergeConflict extends Error {
  override readonly name = "MergeConflict";
  /** JSON pointer of the part of the patch that is at fault. */
  readonly pointer: string;

  constructor(message: string, pointer = "") {
    super(message);
    this.pointer = pointer;
  }
}
