import type { Readable, Writable } from "node:stream";

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where a person, or a pipe, sits. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Whether a person can be asked: stdin and stderr are terminals and CI is unset. */
  readonly interactive: boolean;
  /** Whether a live line may be drawn on stderr. */
  readonly live: boolean;
  /** Whether glyphs beyond ASCII can be shown. */
  readonly unicode: boolean;
  readonly stdoutColor: boolean;
  readonly stderrColor: boolean;
}

/** The three streams of a process. */
export interface Streams {
  readonly stdin: Terminal["stdin"];
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** What the streams and the environment allow. */
export function describeTerminal(streams: Streams, environment: NodeJS.ProcessEnv, color: "auto" | "always" | "never"): Terminal {
  const errTty = streams.stderr.isTTY === true;
  const dumb = environment["TERM"] === "dumb";
  const ci = isSet(environment["CI"]) && environment["CI"] !== "false";
  return {
    // Node makes a stream of it when it is asked for, which costs as much as a small build: most commands read nothing.
    get stdin() {
      return streams.stdin;
    },
    stdout: streams.stdout,
    stderr: streams.stderr,
    interactive: errTty && !ci && streams.stdin.isTTY === true,
    // A pseudo-terminal may have no columns at all: what redraws lines would never end counting them.
    live: errTty && !dumb && !ci && (streams.stderr.columns ?? 0) > 0,
    unicode: /utf-?8/i.test(environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || ""),
    stdoutColor: allowsColor(streams.stdout, environment, color),
    stderrColor: allowsColor(streams.stderr, environment, color),
  };
}

/** `--color`, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, TERM=dumb, and at last whether the stream written to is a terminal. */
function allowsColor(stream: OutputStream, environment: NodeJS.ProcessEnv, color: "auto" | "always" | "never"): boolean {
  if (color !== "auto") return color === "always";
  if (isSet(environment["NO_COLOR"])) return false;
  for (const name of ["FORCE_COLOR", "CLICOLOR_FORCE"]) {
    if (isSet(environment[name]) && environment[name] !== "0") return true;
  }
  return environment["TERM"] !== "dumb" && stream.isTTY === true;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
