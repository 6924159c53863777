export { type FieldSchema, fieldSchema } from "./field-schema.ts";
export { ownedFields, sameFields } from "./owned-fields.ts";
export { isUnchanged } from "./unchanged.ts";
export { migratableManagers, migrationPatch } from "./migration.ts";
export { compareObject, type CompareOptions } from "./compare-object.ts";
export { withoutIgnoredFields } from "./ignored-fields.ts";
export { withoutScaledFields } from "./scaled-fields.ts";
export { maskChange, maskPair, maskSecrets } from "./mask-secrets.ts";
export { foldStringData } from "./fold-string-data.ts";
