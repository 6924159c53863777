// The floor: the same objects over one keep-alive client that does nothing but send them. Run as a process of its own:
//   node bare-client.ts SERVER CA TOKEN NAMESPACE COUNT create|dry-run
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { objectSet } from "./objects.ts";

const AT_ONCE = 32;

const [server = "", ca = "", token = "", namespace = "", count = "0", mode = "create"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE, ca: readFileSync(ca) });
const queue = [...objectSet(Number(count), false)] as { apiVersion: string; kind: string; metadata: { name: string } }[];

await Promise.all(Array.from({ length: AT_ONCE }, worker));
agent.destroy();

async function worker(): Promise<void> {
  for (let object = queue.pop(); object !== undefined; object = queue.pop()) await send(object);
}

function send(object: { apiVersion: string; kind: string; metadata: { name: string } }): Promise<void> {
  const root = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const path = `${root}/namespaces/${namespace}/${object.kind.toLowerCase()}s/${object.metadata.name}?fieldManager=bare&force=true${mode === "dry-run" ? "&dryRun=All" : ""}`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/apply-patch+yaml", accept: "application/json" };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server), { method: "PATCH", agent, headers }, (response) => {
      response.resume();
      response.on("end", () =>
        (response.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`HTTP ${response.statusCode} for ${path}`)),
      );
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(object));
  });
}
