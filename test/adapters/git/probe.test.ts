import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startGitServer } from "../../support/git-server.ts";
import { newFetcher, quietOptions } from "./fetching.ts";

const SECRET = "s3cr3t-c4n4ry";
const server = await startGitServer({ auth: { username: "git", password: SECRET } });
const { url } = await server.createRepository("private", { "app/web.yaml": "replicas: 1\n" });
after(() => server.close());
const branch = (name: string) => ({ type: "git", url, ref: { type: "branch", name }, path: "" }) as const;

test("a probe asks for the ref and fetches nothing", async () => {
  const fetcher = await newFetcher({ environment: { GITOPS_GIT_TOKEN: SECRET } });
  const before = server.requests.length;
  await fetcher.probe(branch("main"), quietOptions());
  // git's protocol version 2 lists refs by a POST to the same address that packs come from.
  const asked = server.requests.slice(before);
  assert.ok(asked.length > 0 && asked.length <= 4, asked.join("\n"));
});

test("a probe fails as a fetch would: without credentials, with a wrong Secret, for a branch that is not there", async () => {
  const stranger = await newFetcher();
  await assert.rejects(stranger.probe(branch("main"), quietOptions()), { code: "UNAUTHENTICATED" });
  const person = await newFetcher({ environment: { GITOPS_GIT_TOKEN: SECRET } });
  await assert.rejects(person.probe(branch("mian"), quietOptions()), { code: "REVISION_NOT_FOUND" });
});

test("a probe of a declared source never reads a place on this machine", async () => {
  const fetcher = await newFetcher();
  const access = { secret: undefined, timeoutMs: 10_000, submodules: false };
  const local = { type: "git", url: `file://${server.root}`, ref: { type: "default" }, path: "" } as const;
  await assert.rejects(fetcher.probe(local, { ...quietOptions(), access }), { code: "PROTOCOL_FORBIDDEN" });
});
