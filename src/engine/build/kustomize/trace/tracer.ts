import type { Touch } from "../../../model/manifest.ts";
import type { Spot } from "../fail.ts";
import { placedDiagnostic, type ReadBytes } from "../report-place.ts";
import type { Resource } from "../resources/resource.ts";
import { cloneValue } from "../resources/scalar.ts";
import { changedFields } from "./changed-fields.ts";
import type { Toucher } from "./trace.ts";

/**
 * Notes which step of a build touched which field, by comparing resources before and after: no transformer knows of it.
 * A build that nobody asks has none.
 */
export class Tracer {
  readonly #bytesOf: ReadBytes;
  readonly #lines = new Map<string, number | undefined>();

  readonly #kind: string | undefined;

  /** @param kind of the resources that are asked about, in any case; all where it is left out. */
  constructor(bytesOf: ReadBytes, kind?: string) {
    this.#bytesOf = bytesOf;
    this.#kind = kind?.toLowerCase();
  }

  /** To be called after each step. A resource that was not there before was made by it. */
  observe(resources: readonly Resource[], by: Toucher): void {
    for (const resource of resources) {
      if (this.#kind !== undefined && resource.kind.toLowerCase() !== this.#kind) continue;
      const { trace, object } = resource;
      const fields = trace === undefined ? [""] : changedFields(trace.seen, object);
      if (fields.length === 0) continue;
      resource.trace = { seen: cloneValue(object), touches: [...(trace?.touches ?? []), { ...by, fields }] };
    }
  }

  /** The touches of a resource, with their lines. */
  touchesOf({ trace }: Resource): readonly Touch[] {
    return (trace?.touches ?? []).map(({ label, spot, fields }) => {
      const line = this.#lineOf(spot);
      return { by: label, file: spot.file, ...(line === undefined ? {} : { line }), isDocument: (spot.field ?? "") === "", fields };
    });
  }

  #lineOf(spot: Spot): number | undefined {
    const key = JSON.stringify([spot.file, spot.line, spot.field]);
    if (!this.#lines.has(key)) this.#lines.set(key, lineOf(spot, this.#bytesOf));
    return this.#lines.get(key);
  }
}

function lineOf({ file, line, field }: Spot, bytesOf: ReadBytes): number | undefined {
  const place = { ...(line === undefined ? {} : { line }), ...(field === undefined ? {} : { field }) };
  return placedDiagnostic({ severity: "warning", file, message: "", ...place }, bytesOf).line;
}
