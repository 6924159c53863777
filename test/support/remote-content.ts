import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchRemoteRepository } from "../../src/adapters/git/remote-repository.ts";
import { fetchRemoteFile } from "../../src/adapters/http/remote-file.ts";
import { systemClock } from "../../src/adapters/system-clock.ts";
import { parseAllowedRemote, type AllowedRemote, type RemoteContent } from "../../src/engine/index.ts";
import { GIT_TEST_ENVIRONMENT } from "./git-server.ts";

const home = mkdtempSync(join(tmpdir(), "remote-content-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

/** The real adapters, with a Git cache of this test file's own. */
export function remoteContent(): RemoteContent {
  const environment = { ...GIT_TEST_ENVIRONMENT, HOME: home };
  const clock = systemClock();
  return {
    repository: (wanted) =>
      fetchRemoteRepository(wanted, () => undefined, {
        environment,
        clock,
        workingDirectory: home,
        isInteractive: false,
        source: { type: "directory", path: home },
        isTokenForAny: false,
      }),
    file: (wanted) => fetchRemoteFile(wanted, { environment, clock, userAgent: "test", deadlineMs: 10_000 }),
  };
}

/** Hosts as `--allow-remote` takes them. */
export function allowed(...texts: readonly string[]): readonly AllowedRemote[] {
  return texts.map((text) => {
    const found = parseAllowedRemote(text);
    if (found === undefined) throw new Error(`${text} is no host`);
    return found;
  });
}
