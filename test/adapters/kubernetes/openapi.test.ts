import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterAt, faultServer, json } from "./fault-server.ts";

const { signal } = new AbortController();
const index = { paths: { "apis/example.com/v1": { serverRelativeURL: "/openapi/v3/apis/example.com/v1" } } };

for (const [what, body] of [
  ["an empty body", ""],
  ["no JSON", "<html>"],
  ["null", "null"],
] as const) {
  test(`a document that comes as ${what}, as while a CRD goes, counts as none and does not end the run`, async () => {
    const { url } = await faultServer((asked, response) => {
      if (asked.path === "/openapi/v3") return json(response, 200, index);
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    });
    const { cluster } = await clusterAt(url);
    assert.equal(await cluster.openApi("example.com", "v1", { signal }), undefined);
  });
}

test("of a document the schemas are kept and the descriptions are not, though a property may be named so", async () => {
  const schemas = { Widget: { type: "object", description: "long", properties: { description: { type: "string", description: "long" } } } };
  const { url } = await faultServer((asked, response) =>
    json(response, 200, asked.path === "/openapi/v3" ? index : { openapi: "3.0.0", paths: { "/x": {} }, components: { schemas } }),
  );
  const { cluster } = await clusterAt(url);
  const slim = { Widget: { type: "object", properties: { description: { type: "string" } } } };
  assert.deepEqual(await cluster.openApi("example.com", "v1", { signal }), { components: { schemas: slim } });
});
