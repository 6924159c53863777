import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeFiles, type Files } from "./git-server.ts";

const run = promisify(execFile);

/** A repository of charts over HTTP, with one chart in some versions: packages and an index that helm itself made. */
export interface ChartServer {
  readonly url: string;
  /** `METHOD path` of each request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startChartServer(helm: string, chart: Files, versions: readonly string[]): Promise<ChartServer> {
  const folder = await mkdtemp(join(tmpdir(), "chart-server-"));
  const environment = { PATH: process.env["PATH"], HOME: folder };
  await writeFiles(join(folder, "chart"), chart);
  for (const version of versions) {
    await run(helm, ["package", join(folder, "chart"), "--version", version, "--destination", join(folder, "public")], {
      env: environment,
    });
  }
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    readFile(join(folder, "public", (request.url ?? "/").replace(/^\/|\.\./g, ""))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end("no\n"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await run(helm, ["repo", "index", join(folder, "public"), "--url", url], { env: environment });
  return {
    url,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
