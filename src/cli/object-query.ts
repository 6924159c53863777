import type { ObjectQuery } from "../engine/index.ts";
import { UsageError } from "./usage-error.ts";

/** Reads `KIND/NAME` or `KIND/NAME:/POINTER`; names may have colons. Throws UsageError. */
export function parseObjectQuery(text: string): ObjectQuery {
  const match = /^([^/:\s]+)\/([^/\s]+?)(?::(\/.*))?$/s.exec(text);
  const [, kind, name, field] = match ?? [];
  if (kind === undefined || name === undefined)
    throw new UsageError(
      `--why ${JSON.stringify(text)} names no object`,
      "write it as Deployment/web, or Deployment/web:/spec/replicas for one field",
    );
  return field === undefined ? { kind, name } : { kind, name, field };
}
