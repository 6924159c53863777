import type { FailedStage } from "../../model/app-outcome.ts";
import type { FindingCode } from "../../model/finding.ts";
import { APPLY_WORDINGS } from "./apply.ts";
import { BUILD_WORDINGS } from "./build.ts";
import { SOURCE_WORDINGS } from "./source.ts";
import type { Speaker, Wording } from "./wording.ts";

/** What a message means. */
export interface Meaning {
  readonly code: FindingCode;
  readonly message: string;
  readonly next: string;
}

/** Which tables are asked for what failed where, in their order: a build that failed says "not found" of other things than an apply. */
const TABLES: Readonly<Record<FailedStage | "fetch", readonly (readonly Wording[])[]>> = {
  fetch: [SOURCE_WORDINGS],
  source: [BUILD_WORDINGS, APPLY_WORDINGS],
  access: [APPLY_WORDINGS],
  dependency: [],
  expression: [],
  build: [BUILD_WORDINGS, APPLY_WORDINGS],
  apply: [BUILD_WORDINGS.slice(0, 1), APPLY_WORDINGS],
  prune: [APPLY_WORDINGS],
  health: [],
};

/** Messages may hold whole lists of objects: what they mean stands at the beginning. */
const LOOKED_AT = 8_000;

/** What a controller's message means, or undefined where no table knows its words. */
export function readWording(message: string, stage: FailedStage | "fetch", speaker: Speaker): Meaning | undefined {
  for (const table of TABLES[stage]) {
    for (const { says, code, means, next } of table) {
      const match = says.exec(message.slice(0, LOOKED_AT));
      if (match !== null) return { code, message: means(match, speaker), next: next(match, speaker) };
    }
  }
  return undefined;
}
