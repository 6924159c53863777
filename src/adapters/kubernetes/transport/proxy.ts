import { BlockList, isIP } from "node:net";

/**
 * The proxy that the environment names for a server, by Go's rules (golang.org/x/net/http/httpproxy), since kubectl follows them:
 * HTTPS_PROXY for https, HTTP_PROXY for http, either case, NO_PROXY first, and never for this machine itself.
 */
export function proxyFor(server: URL, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || "";
  const proxy = server.protocol === "https:" ? read("HTTPS_PROXY") : read("HTTP_PROXY");
  if (proxy === "" || isLoopback(hostOf(server)) || isExcepted(server, read("NO_PROXY"))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** Whether a host name or address means this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** The host of a URL, an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

function isExcepted(server: URL, list: string): boolean {
  const host = hostOf(server).toLowerCase();
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  return list
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInNetwork(entry, host);
  const withPort = /^(.*?):(\d+)$/.exec(isIP(entry) === 6 ? "" : entry);
  if (withPort !== null && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? entry).replace(/^\[(.*)\]$/, "$1").replace(/^\*(?=\.)/, "");
  if (isIP(name) !== 0) return name === host;
  return name.startsWith(".") ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

function isInNetwork(entry: string, host: string): boolean {
  const [address = "", bits = ""] = entry.split("/");
  const family = isIP(address);
  const width = Number(bits);
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(bits) || width > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const network = new BlockList();
  network.addSubnet(address, width, type);
  return network.check(host, type);
}
