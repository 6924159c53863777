/** The name under which a bare delivery owns its fields. */
export const FIELD_MANAGER = "gitops";
