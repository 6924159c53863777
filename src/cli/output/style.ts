import { Chalk, type ChalkInstance } from "chalk";

/** Colours and glyphs that a stream can show. */
export interface Style {
  readonly paint: ChalkInstance;
  /** Flux's glyphs; ASCII where the locale is not UTF-8. */
  readonly glyphs: {
    readonly step: string;
    readonly wait: string;
    readonly done: string;
    readonly failure: string;
    readonly warning: string;
  };
}

/** The style of one stream. */
export function styleOf(color: boolean, unicode: boolean): Style {
  const glyphs = unicode
    ? { step: "►", wait: "◎", done: "✔", failure: "✗", warning: "⚠" }
    : { step: ">", wait: "o", done: "+", failure: "x", warning: "!" };
  return { paint: new Chalk({ level: color ? 1 : 0 }), glyphs };
}
