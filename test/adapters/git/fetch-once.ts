import { createSourceFetcher } from "../../../src/adapters/git/source-fetcher.ts";
import type { EngineEvent } from "../../../src/engine/model/event.ts";

// One process that fetches a repository into a cache and reads all of its files, for tests that need several, or one to kill.
const [cache = "", url = ""] = process.argv.slice(2);
const events: EngineEvent[] = [];
const fetcher = createSourceFetcher({
  environment: { ...process.env, XDG_CACHE_HOME: cache },
  workingDirectory: "/",
  clock: { now: () => 0, monotonic: () => 0, sleep: async () => {} },
  allowLocal: true,
  isInteractive: false,
});
const { tree, revision } = await fetcher.fetch(
  { type: "git", url, ref: { type: "default" }, path: "" },
  { signal: new AbortController().signal, emit: (event) => events.push(event) },
);
const files: Record<string, string> = {};
for (const folder of await tree.list("")) {
  for (const { name } of await tree.list(folder.name))
    files[`${folder.name}/${name}`] = Buffer.from(await tree.read(`${folder.name}/${name}`)).toString();
}
process.stdout.write(JSON.stringify({ revision, files, warnings: events.filter((event) => event.type === "warning").length }));
