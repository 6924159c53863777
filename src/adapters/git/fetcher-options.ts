import type { Clock } from "../../engine/ports/clock.ts";

/** What a fetcher is made with. */
export interface SourceFetcherOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  readonly clock: Clock;
  /** `file://`, plain paths and `http://` may be fetched: only where a person typed the URL. */
  readonly allowLocal: boolean;
  /** A person is there: Git's own credential helpers may be asked. */
  readonly isInteractive: boolean;
  /** A token from a flag or a file, for whatever repository is fetched. */
  readonly token?: string;
  /** How long one git may run, in milliseconds; ten minutes where it is left out. */
  readonly deadlineMs?: number;
  /** The size of the largest file that may be read, in bytes; 32 MiB where it is left out. */
  readonly maximumFileBytes?: number;
}
