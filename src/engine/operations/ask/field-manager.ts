/** The field manager of what this program asks of delivery objects; parents that apply them strip kubectl's, not this one. */
export const ASKING_MANAGER = "gitops";
