/** Something that a patch cannot do to an object. The message names the field, never a value. */
export class MergeConflict extends Error {
  override readonly name = "MergeConflict";
}
