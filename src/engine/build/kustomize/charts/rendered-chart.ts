import type { ResourceDocuments } from "../resources/read-resources.ts";

/** What a chart came to. */
export interface RenderedChart {
  /** Where it lies, for messages. */
  readonly path: string;
  readonly documents: ResourceDocuments;
}
