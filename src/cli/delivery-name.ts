import { UsageError } from "./usage-error.ts";

/** The longest name that leaves room for the record's own, `gitops-NAME`. */
const MAXIMUM_LENGTH = 253 - "gitops-".length;

/** The name in `[KIND/]NAME`; `set/NAME` is the bare form. Throws UsageError for another kind and for what no object can be called. */
export function parseDeliveryName(text: string): string {
  const slash = text.indexOf("/");
  const kind = slash < 0 ? "set" : text.slice(0, slash);
  const name = text.slice(slash + 1);
  if (kind !== "set") throw new UsageError(`unknown kind of delivery ${JSON.stringify(kind)}`, "write NAME or set/NAME");
  const isName = name.length <= MAXIMUM_LENGTH && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) && !/\.[.-]|-\./.test(name);
  if (!isName)
    throw new UsageError(
      `${JSON.stringify(name)} is no name for a delivery`,
      "lower-case letters, digits, - and . only, beginning and ending with a letter or a digit",
    );
  return name;
}

/** Checks the name in `[KIND/]NAME`, whatever the kind. Throws UsageError for what no object can be called. */
export function checkDeliveryAddress(text: string): void {
  parseDeliveryName(text.slice(text.indexOf("/") + 1));
}
