import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { SourceFetcherOptions } from "../../../src/adapters/git/fetcher-options.ts";
import { createSourceFetcher, type GitSourceFetcher } from "../../../src/adapters/git/source-fetcher.ts";
import type { Artifact } from "../../../src/engine/model/artifact.ts";
import type { EngineEvent } from "../../../src/engine/model/event.ts";
import type { GitRef } from "../../../src/engine/model/source.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";

const base = mkdtempSync(join(tmpdir(), "fetching-"));
after(() => rmSync(base, { recursive: true, force: true }));

/** A clock whose sleeps take no time. */
export const hastyClock: Clock = { now: () => 0, monotonic: () => 0, sleep: async () => {} };

/** A fetcher with an empty cache of its own, in an environment that holds nothing of this machine. */
export async function newFetcher(
  options: Partial<SourceFetcherOptions> = {},
  cache: string = newFolder("cache"),
): Promise<GitSourceFetcher> {
  const environment = { PATH: process.env["PATH"], HOME: newFolder("home"), XDG_CACHE_HOME: cache, ...options.environment };
  return createSourceFetcher({
    workingDirectory: base,
    clock: hastyClock,
    allowLocal: true,
    isInteractive: false,
    ...options,
    environment,
  });
}

/** Fetches the default branch, or what the ref names, with a fetcher of its own. */
export async function fetchFrom(url: string, ref: GitRef = { type: "default" }, path = ""): Promise<Artifact> {
  return await (await newFetcher()).fetch({ type: "git", url, ref, path }, quietOptions());
}

/** Options of a fetch that nobody cancels; its events go into an array. */
export function quietOptions(events: EngineEvent[] = []): { readonly signal: AbortSignal; readonly emit: (event: EngineEvent) => void } {
  return { signal: new AbortController().signal, emit: (event) => events.push(event) };
}

/** A new empty folder, removed at the end. */
export function newFolder(name: string): string {
  return mkdtempSync(join(base, `${name}-`));
}
