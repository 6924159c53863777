import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Files by path: text, bytes, a symbolic link, or null to delete. */
export type Files = Readonly<Record<string, string | Uint8Array | { readonly link: string } | null>>;

/** How a test server answers. */
export interface GitServerOptions {
  /** Basic credentials that every request must carry; 401 without, 403 with others. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** Serves https with this certificate; with `clients`, to those who show a certificate that is signed by it. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clients?: string };
  /** Called for each request before Git sees it; true when it answered (or chose never to) by itself. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** `git config` values of each new repository, over the defaults (partial clone and push are on). */
  readonly config?: Readonly<Record<string, string>>;
}

/** A real Git server over HTTP: `git http-backend` behind Node's own server. */
export interface GitServer {
  /** Without a trailing slash; a repository is at `${url}/${name}.git`. */
  readonly url: string;
  /** Folder of the bare repositories, for file:// URLs and for `git daemon`. */
  readonly root: string;
  /** `METHOD path` of each request so far. */
  readonly requests: readonly string[];
  /** Makes a repository with one commit on `main` (none where `files` is left out). Answers its URL and the commit. */
  createRepository(name: string, files?: Files): Promise<{ readonly url: string; readonly commit: string }>;
  /** Adds a commit on top of a branch, which is made from `main` where it is new. Answers the commit's id. */
  commit(name: string, files: Files, message?: string, branch?: string): Promise<string>;
  /** Runs git in the bare repository; answers its output, trimmed. */
  git(name: string, ...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** The environment of every git that a test starts: nothing of the machine's configuration counts. */
export const GIT_TEST_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  LANG: "C",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.com",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.com",
};

/** Runs git in a folder with the test environment. Answers its output, trimmed. */
export async function gitIn(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", [...args], { cwd: folder, env: GIT_TEST_ENVIRONMENT, maxBuffer: 64 << 20 });
  return stdout.trim();
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await rm(target, { recursive: true, force: true });
    if (content === null) continue;
    if (typeof content === "string" || content instanceof Uint8Array) await writeFile(target, content);
    else await symlink(content.link, target);
  }
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startGitServer(options: GitServerOptions = {}): Promise<GitServer> {
  const base = await mkdtemp(join(tmpdir(), "git-server-"));
  const root = join(base, "repositories");
  await mkdir(root);
  const requests: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    if (options.intercept?.(request, response) === true) return;
    if (options.auth !== undefined && !isAllowed(request, response, options.auth)) return;
    serve(root, request, response);
  };
  const { tls } = options;
  const clients = tls?.clients === undefined ? {} : { ca: tls.clients, requestCert: true, rejectUnauthorized: true };
  const server = tls === undefined ? createServer(answer) : createTlsServer({ key: tls.key, cert: tls.cert, ...clients }, answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bare = (name: string) => join(root, `${name}.git`);
  const work = (name: string) => join(base, "work", name);

  async function commit(name: string, files: Files, message = "change", branch = "main"): Promise<string> {
    const folder = work(name);
    const known = await gitIn(bare(name), "branch", "--list", branch, "main", "--format=%(refname:short)");
    const start = known.split("\n").includes(branch) ? branch : known === "" ? undefined : "main";
    const tree = [`--git-dir=${bare(name)}`, `--work-tree=${folder}`];
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await gitIn(folder, ...tree, "symbolic-ref", "HEAD", `refs/heads/${branch}`);
    if (start === undefined) await gitIn(folder, ...tree, "read-tree", "--empty");
    else await gitIn(folder, ...tree, "read-tree", "--reset", "-u", start);
    if (start !== undefined && start !== branch) await gitIn(folder, ...tree, "update-ref", `refs/heads/${branch}`, start);
    await writeFiles(folder, files);
    await gitIn(folder, ...tree, "add", "--all", "--force", ".");
    await gitIn(folder, ...tree, "commit", "--quiet", "--allow-empty", "-m", message);
    const id = await gitIn(folder, ...tree, "rev-parse", "HEAD");
    await gitIn(folder, ...tree, "symbolic-ref", "HEAD", "refs/heads/main");
    return id;
  }

  return {
    url,
    root,
    requests,
    commit,
    async createRepository(name, files) {
      await gitIn(root, "init", "--quiet", "--bare", "--initial-branch=main", bare(name));
      const config = { "http.receivepack": "true", "uploadpack.allowFilter": "true", ...options.config };
      for (const [key, value] of Object.entries(config)) await gitIn(bare(name), "config", key, value);
      return { url: `${url}/${name}.git`, commit: files === undefined ? "" : await commit(name, files, "first") };
    },
    git: (name, ...args) => gitIn(bare(name), ...args),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(base, { recursive: true, force: true });
    },
  };
}

function isAllowed(
  request: IncomingMessage,
  response: ServerResponse,
  auth: { readonly username: string; readonly password: string },
): boolean {
  const expected = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
  if (request.headers.authorization === expected) return true;
  response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end("no\n");
  return false;
}

/** The CGI protocol of git-http-backend(1). */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const child = spawn("git", ["http-backend"], {
    env: {
      ...GIT_TEST_ENVIRONMENT,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      REMOTE_USER: "test",
      REMOTE_ADDR: "127.0.0.1",
      PATH_INFO: decodeURIComponent(path),
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: request.headers["content-length"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  // A client that hangs up closes the pipe under git-http-backend; that is no failure of the server.
  child.stdin.on("error", () => child.stdin.destroy());
  response.on("close", () => child.kill());
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    if (response.headersSent) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    let status = 200;
    for (const line of head.subarray(0, end).toString("latin1").split("\r\n")) {
      const [name = "", value = ""] = line.split(": ", 2);
      if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(end + 4));
  });
  child.stdout.on("end", () => response.end());
}
