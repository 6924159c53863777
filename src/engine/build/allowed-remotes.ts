/** Where a URL leads, as far as that decides whether it may be used. */
export interface RemoteHost {
  readonly scheme: "https" | "ssh" | "oci" | "http" | "file";
  /** Lower case; with the port where that is not the usual one. "" for files. */
  readonly host: string;
}

/** A host that a person allows a build to read from. */
export interface AllowedRemote {
  readonly host: string;
  /** `http://` may be used too. */
  readonly isPlain: boolean;
}

const USUAL_PORTS: Readonly<Record<string, string>> = { https: "443", oci: "443", ssh: "22", http: "80" };
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.?|\[[0-9a-f:.]+\])$/;
/** What clients take for an address of version 4 by its last part: `443`, `0x7f.1`. Only the usual form is the same to all of them. */
const NUMERIC = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/;
const ADDRESS = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const FORBIDDEN = /[\s\\\u0000-\u001f\u007f-\u009f]/;

/** `HOST`, `HOST:PORT`, or the same behind `http://` to allow what is not encrypted too. Undefined for anything else. */
export function parseAllowedRemote(text: string): AllowedRemote | undefined {
  const isPlain = /^http:\/\//i.test(text);
  const scheme = isPlain ? "http" : "https";
  const host = hostOf(scheme, text.replace(/^https?:\/\//i, "").replace(/\/$/, ""));
  return host === undefined ? undefined : { host, isPlain };
}

/** Where a URL or `user@host:path` leads; undefined for what is neither, or is written to look like another host. */
export function remoteHost(url: string): RemoteHost | undefined {
  if (FORBIDDEN.test(url)) return undefined;
  const [, given, authority] = /^([a-z]+):\/\/([^/?#]*)/i.exec(url) ?? [];
  if (given === undefined || authority === undefined) {
    const host = hostOf("ssh", /^(?:[^@/:]+@)?(\[[^\]]+\]|[^@/:[\]]+):/.exec(url)?.[1] ?? "");
    return host === undefined ? undefined : { scheme: "ssh", host };
  }
  const scheme = given.toLowerCase();
  if (scheme === "file") return { scheme, host: "" };
  if (scheme !== "https" && scheme !== "ssh" && scheme !== "oci" && scheme !== "http") return undefined;
  const host = hostOf(scheme, authority.slice(authority.lastIndexOf("@") + 1));
  return host === undefined ? undefined : { scheme, host };
}

/** Whether a person allowed this host, and where that is needed that it is not encrypted. */
export function isAllowed({ scheme, host }: RemoteHost, allowed: readonly AllowedRemote[]): boolean {
  return scheme !== "file" && allowed.some((each) => each.host === host && (scheme !== "http" || each.isPlain));
}

/** What allows a host. */
export function allowingFlag({ scheme, host }: RemoteHost): string {
  return `--allow-remote ${scheme === "http" ? "http://" : ""}${host}`;
}

function hostOf(scheme: string, text: string): string | undefined {
  const [, name = "", port = ""] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text.toLowerCase()) ?? [];
  if (name.length > 253 || !HOST.test(name) || (NUMERIC.test(name) && !ADDRESS.test(name))) return undefined;
  return port === "" || port === USUAL_PORTS[scheme] ? name : `${name}:${Number(port)}`;
}
