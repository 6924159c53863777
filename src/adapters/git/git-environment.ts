/** The variables of this process that git may see. Everything of git's own (GIT_DIR, GIT_SSH_COMMAND, …) stays outside. */
const PASSED = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "XDG_CONFIG_HOME",
  "TMPDIR",
  "SSH_AUTH_SOCK",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SYSTEMROOT",
];

/** What a variable of the caller means as a configuration key. Values only: none of them runs anything. */
const AS_CONFIG: Readonly<Record<string, string>> = { GIT_SSL_CAINFO: "http.sslCAInfo", GIT_SSL_CAPATH: "http.sslCAPath" };

/** The whole environment of every git that is run: explicit, in English, never prompting. */
export function gitEnvironment(from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { LANG: "C", LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };
  for (const name of PASSED) {
    const value = from[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** What the caller's environment says about trusted authorities, as git configuration. */
export function trustConfiguration(from: NodeJS.ProcessEnv): readonly ConfigEntry[] {
  return Object.entries(AS_CONFIG).flatMap(([variable, key]) => {
    const value = from[variable];
    return value === undefined || value === "" ? [] : [{ key, value }];
  });
}

/** One entry of a git configuration: `section.name` or `section.subsection.name`. */
export interface ConfigEntry {
  readonly key: string;
  readonly value: string;
}

/** Writes entries as a git configuration file (git-config(1), "CONFIGURATION FILE"). */
export function formatConfig(entries: readonly ConfigEntry[]): string {
  return entries
    .map(({ key, value }) => {
      const section = key.slice(0, key.indexOf("."));
      const name = key.slice(key.lastIndexOf(".") + 1);
      const subsection = key.slice(section.length + 1, Math.max(section.length + 1, key.length - name.length - 1));
      const header = subsection === "" ? `[${section}]` : `[${section} ${quoted(subsection)}]`;
      return `${header}\n\t${name} = ${quoted(value)}\n`;
    })
    .join("");
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
