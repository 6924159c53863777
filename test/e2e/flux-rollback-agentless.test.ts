import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { newFluxPerson } from "../support/flux-delivery.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { assertCode, configMap } from "../support/workspace.ts";

const { skip, plane } = await fluxPlaneOrSkip("without controllers");
let git: GitServer;
before(async () => {
  git = await startGitServer();
});
after(() => git?.close());

test("where no controller lives, this process delivers the rollback, by the record that it left itself", { skip }, async () => {
  const person = newFluxPerson(plane!, await plane!.createNamespace("rollback"));
  const data = async () => {
    const { body } = await plane!.api("GET", `/api/v1/namespaces/${person.namespace}/configmaps/shop`);
    return (body as { data: unknown }).data;
  };
  const { revision } = await person.deliver("agentless", git, { "map.yaml": configMap("shop", { v: "1" }) });
  assertCode(await person.gitops(["sync", "ks/agentless"]), 0);
  await git.commit("agentless", { "deploy/map.yaml": configMap("shop", { v: "bad" }), "deploy/extra.yaml": configMap("extra", {}) });
  assertCode(await person.gitops(["sync", "ks/agentless"]), 0);
  assert.deepEqual(await data(), { v: "bad" });

  const result = await person.gitops(["rollback", "ks/agentless", "--yes", "-o", "json"]);

  assertCode(result, 0);
  const document = JSON.parse(result.stdout) as { result: string; by: string; commit: string; to: { commit: string; knownFrom: string } };
  assert.deepEqual([document.result, document.by], ["delivered", "gitops"]);
  assert.deepEqual(document.to.commit, revision.slice("main@sha1:".length));
  assert.equal(document.to.knownFrom, "status");
  assert.equal(await git.git("agentless", "rev-parse", "main"), document.commit);
  assert.deepEqual(await data(), { v: "1" });
  assert.equal((await plane!.api("GET", `/api/v1/namespaces/${person.namespace}/configmaps/extra`)).status, 404);
  assertCode(await person.gitops(["sync", "ks/agentless"]), 0);
  assert.deepEqual(await data(), { v: "1" }, "the next run does not undo it");
});
