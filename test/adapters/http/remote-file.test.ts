import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { fetchRemoteFile } from "../../../src/adapters/http/remote-file.ts";
import { GitOpsError, type RemoteFile } from "../../../src/engine/index.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const slept: number[] = [];
const clock = { now: () => 0, monotonic: () => 0, sleep: async (milliseconds: number) => void slept.push(milliseconds) };

function fetchFile(url: string, changes: Partial<RemoteFile> = {}, deadlineMs = 20_000): Promise<Uint8Array> {
  const wanted = { url, maximumBytes: 1000, check: () => undefined, signal: new AbortController().signal, ...changes };
  return fetchRemoteFile(wanted, { environment: {}, clock, userAgent: "test", deadlineMs });
}

test("the bytes come as they are, from a request without credentials", async () => {
  const bytes = Buffer.from([0, 255, 13, 10]);
  let headers: NodeJS.Dict<string | string[]> = {};
  const url = await serve((request, response) => {
    headers = request.headers;
    response.end(bytes);
  });
  assert.deepEqual(Buffer.from(await fetchFile(`${url}/a?b=c`)), bytes);
  assert.deepEqual(Object.keys(headers).sort(), ["accept", "connection", "host", "user-agent"]);
});

test("a file above the limit is LIMIT_EXCEEDED as soon as that is seen", async () => {
  const url = await serve((_, response) => {
    const write = (): void =>
      void (response.writableEnded || response.destroyed || response.write(Buffer.alloc(600), () => setImmediate(write)));
    write();
  });
  await assert.rejects(fetchFile(url), { code: "LIMIT_EXCEEDED" });
});

for (const { status, code } of [
  { status: 401, code: "UNAUTHENTICATED" },
  { status: 403, code: "UNAUTHENTICATED" },
  { status: 404, code: "PATH_NOT_FOUND" },
  { status: 410, code: "PATH_NOT_FOUND" },
  { status: 304, code: "SOURCE_UNREACHABLE" },
  { status: 500, code: "SOURCE_UNREACHABLE" },
]) {
  test(`status ${status} is ${code}, and no query is shown`, async () => {
    const url = await serve((_, response) => response.writeHead(status).end("hunter2"));
    await assert.rejects(fetchFile(`${url}/a?token=hunter2`), (error) => {
      assert.ok(error instanceof GitOpsError);
      assert.equal(error.code, code);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
}

test("a server that is busy is asked again, after the pause that it asks for", async () => {
  slept.length = 0;
  let asked = 0;
  const url = await serve((_, response) => {
    asked++;
    if (asked < 3) response.writeHead(503, asked === 1 ? { "Retry-After": "7" } : {}).end();
    else response.end("ok");
  });
  assert.equal(Buffer.from(await fetchFile(url)).toString(), "ok");
  assert.deepEqual(slept, [7_000, 2_000]);
});

test("a server that hangs up is asked three times, then it is SOURCE_UNREACHABLE", async () => {
  let asked = 0;
  const url = await serve((request) => {
    asked++;
    request.socket.destroy();
  });
  await assert.rejects(fetchFile(url), { code: "SOURCE_UNREACHABLE" });
  assert.equal(asked, 3);
});

test("a file that ends before its length is no file", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { "Content-Length": "100" });
    response.write("part", () => response.destroy());
  });
  await assert.rejects(fetchFile(url), { code: "SOURCE_UNREACHABLE" });
});

test("a server that says nothing is TIMED_OUT", async () => {
  const url = await serve(() => undefined);
  await assert.rejects(fetchFile(url, {}, 200), { code: "TIMED_OUT" });
});

test("cancelling ends a request that waits", async () => {
  const controller = new AbortController();
  const url = await serve(() => controller.abort(new Error("stop")));
  await assert.rejects(fetchFile(url, { signal: controller.signal }), /stop/);
});

test("every redirect is checked before it is followed", async () => {
  const target = await serve((_, response) => response.end("there"));
  const url = await serve((request, response) => response.writeHead(302, { Location: request.url === "/a" ? "/b" : `${target}/c` }).end());
  const checked: string[] = [];
  assert.equal(Buffer.from(await fetchFile(`${url}/a`, { check: (each) => void checked.push(each) })).toString(), "there");
  assert.deepEqual(checked, [`${url}/a`, `${url}/b`, `${target}/c`]);
  const check = (each: string): void => {
    if (each.startsWith(target)) throw new GitOpsError("FEATURE_FORBIDDEN", "no");
  };
  await assert.rejects(fetchFile(`${url}/a`, { check }), { code: "FEATURE_FORBIDDEN" });
});

test("redirects in a circle end in REDIRECT_REFUSED", async () => {
  const url = await serve((_, response) => response.writeHead(302, { Location: "/" }).end());
  await assert.rejects(fetchFile(url), { code: "REDIRECT_REFUSED" });
});

test("what is checked is the URL that is asked for, however it was written", async () => {
  const checked: string[] = [];
  const check = (each: string): void => {
    checked.push(each);
    throw new GitOpsError("FEATURE_FORBIDDEN", "no");
  };
  await assert.rejects(fetchFile("https://GOOD.example:443/a/../b", { check }), { code: "FEATURE_FORBIDDEN" });
  assert.deepEqual(checked, ["https://good.example/b"]);
  await assert.rejects(fetchFile("https://%00/", { check }), { code: "USAGE" });
});
