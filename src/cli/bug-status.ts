/** A crash must never look like 1, which means "differences found" and is Node's own default. */
export const BUG_EXIT_STATUS = 70;
