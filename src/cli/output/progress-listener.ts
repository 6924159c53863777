import type { Emit } from "../../engine/index.ts";

/** A listener that shows what a run does. */
export interface Progress {
  readonly emit: Emit;
  /** Gets out of the way of a question. */
  readonly pause: () => void;
  /** Ends what is still drawn. May be called twice. */
  readonly close: () => void;
}
