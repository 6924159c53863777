/** Whether a text is a full commit id. */
export function isCommitId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Whether a text may be a full or short commit id. Four digits is the least that Git takes. */
export function isShortCommitId(text: string): boolean {
  return /^[0-9a-f]{4,40}$/i.test(text);
}
