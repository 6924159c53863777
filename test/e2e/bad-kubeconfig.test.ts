import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { assertAnswer, badInputs, type Expectation } from "../support/bad-input.ts";
import { gitops, newHome } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";

interface BadKubeconfig extends Expectation {
  readonly id: string;
  readonly claim: string;
  readonly config: string;
}

const { skip, plane } = await planeOrSkip();

/** An answer that would clear the screen and write to the clipboard of whoever prints it as it is. */
const EVIL = {
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  code: 403,
  reason: "Forbidden",
  message: "no\u001b[2J\u001b]52;c;aGk=\u0007\u202e\r\nerror: forged",
};

/** What came to a place where no token may come: the target of the redirect. */
const stolen: string[] = [];
const elsewhere = createServer(({ url = "", headers }, response) => {
  if (url.startsWith("/stolen")) stolen.push(String(headers.authorization));
  if (url.startsWith("/redirect")) response.writeHead(302, { location: `/stolen${url}` }).end();
  else if (url.startsWith("/evil")) response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(EVIL));
  else response.writeHead(200, { "content-type": "text/html" }).end("<html><body>hunter2</body></html>");
});
await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
after(() => elsewhere.close());

const home = newHome();
const places: Readonly<Record<string, string>> = {
  elsewhere: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`,
  ...(plane === undefined ? {} : { server: plane.server, token: plane.token, ca: readFileSync(plane.caFile).toString("base64") }),
};

describe("a kubeconfig", { skip, concurrency: availableParallelism() }, () => {
  for (const [index, { id, claim, config, ...expected }] of badInputs<BadKubeconfig>("kubeconfig").entries()) {
    test(`${id} ${claim}: exit ${expected.exit}`, async () => {
      const path = join(home, `kubeconfig-${index}`);
      writeFileSync(
        path,
        config.replaceAll(/\{(server|token|ca|elsewhere)\}/g, (_, name: string) => places[name] ?? ""),
      );
      assertAnswer(await gitops(["get", "--kubeconfig", path, "--verbose"], { home }), expected);
    });
  }
});

test("B60 no token went where the server had sent us", { skip }, () => {
  assert.deepEqual(stolen, []);
});
