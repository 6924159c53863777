/** Why a run was cancelled: the signal that ended it, and the status that shells expect then (128 + its number). */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly exitStatus: 130 | 143;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(signal === "SIGINT" ? "interrupted" : "terminated");
    this.exitStatus = signal === "SIGINT" ? 130 : 143;
  }
}

/**
 * Aborts the returned signal on the first Ctrl-C, SIGTERM or SIGHUP, so that the run stops issuing, waits for what is in flight and writes
 * its record; the second one ends the process at once.
 */
export function abortOnSignals(
  host: NodeJS.Process,
  tell: (line: string) => void,
): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const handle = (name: "SIGINT" | "SIGTERM"): void => {
    const interruption = new Interruption(name);
    if (controller.signal.aborted) host.exit(interruption.exitStatus);
    tell(`${interruption.message}: finishing what is in flight; once more ends it at once`);
    controller.abort(interruption);
  };
  const onInterrupt = (): void => handle("SIGINT");
  const onTerminate = (): void => handle("SIGTERM");
  // A terminal that is closed sends SIGHUP: the run must still write down what it owns.
  host.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate).on("SIGHUP", onTerminate);
  return {
    signal: controller.signal,
    dispose: () => {
      host.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onTerminate);
    },
  };
}
