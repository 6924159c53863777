import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommandLine } from "../../src/cli/argv.ts";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { GLOBAL_OPTIONS } from "../../src/cli/global-options.ts";
import { environmentName, flagName, takesValue, type OptionSpec } from "../../src/cli/option.ts";
import { invoke, readOptions } from "../../src/cli/invocation.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

/** What a command line means: the command, its arguments, and the flags that were given. */
function meaning(argv: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const line = readCommandLine(argv, COMMANDS, environment);
  const table = { ...GLOBAL_OPTIONS, ...line.command?.options };
  const all = readOptions(table, line.given);
  const given = Object.fromEntries([...line.given.keys()].map((key) => [key, all[key]]));
  return { command: line.command?.name, positionals: line.positionals, given };
}

const SAME_AS_PFLAG: readonly {
  readonly argv: string;
  readonly command: string;
  readonly positionals?: readonly string[];
  readonly given: object;
}[] = [
  { argv: "get shop -n foo", command: "get", positionals: ["shop"], given: { namespace: "foo" } },
  { argv: "get shop -n=foo", command: "get", positionals: ["shop"], given: { namespace: "foo" } },
  { argv: "get shop -nfoo", command: "get", positionals: ["shop"], given: { namespace: "foo" } },
  { argv: "get shop --namespace=foo", command: "get", positionals: ["shop"], given: { namespace: "foo" } },
  { argv: "get shop --namespace foo", command: "get", positionals: ["shop"], given: { namespace: "foo" } },
  { argv: "-n foo get shop", command: "get", positionals: ["shop"], given: { namespace: "foo" } },
  { argv: "-n=foo get shop", command: "get", positionals: ["shop"], given: { namespace: "foo" } },
  { argv: "--prune sync shop", command: "sync", positionals: ["shop"], given: { prune: true } },
  { argv: "--timeout 1m30s sync shop", command: "sync", positionals: ["shop"], given: { timeout: 90_000 } },
  { argv: "get -Ao yaml", command: "get", given: { allNamespaces: true, output: "yaml" } },
  { argv: "get -Ao=yaml", command: "get", given: { allNamespaces: true, output: "yaml" } },
  { argv: "get -Aoyaml", command: "get", given: { allNamespaces: true, output: "yaml" } },
  { argv: "get -A=false", command: "get", given: { allNamespaces: false } },
  { argv: "sync shop --prune=false", command: "sync", positionals: ["shop"], given: { prune: false } },
  { argv: "sync shop --prune=True", command: "sync", positionals: ["shop"], given: { prune: true } },
  { argv: "sync --prune shop", command: "sync", positionals: ["shop"], given: { prune: true } },
  { argv: "sync --prune false", command: "sync", positionals: ["false"], given: { prune: true } },
  { argv: "sync shop --no-prune", command: "sync", positionals: ["shop"], given: { prune: false } },
  { argv: "sync shop --no-wait", command: "sync", positionals: ["shop"], given: { wait: false } },
  { argv: "sync shop --wait=false", command: "sync", positionals: ["shop"], given: { wait: false } },
  { argv: "sync shop --no-wait=false", command: "sync", positionals: ["shop"], given: { wait: true } },
  { argv: "sync shop --prune --prune=false", command: "sync", positionals: ["shop"], given: { prune: false } },
  { argv: "get --no-headers", command: "get", given: { headers: false } },
  { argv: "get --no-headers=true", command: "get", given: { headers: false } },
  { argv: "sync shop --dry-run", command: "sync", positionals: ["shop"], given: { dryRun: "server" } },
  { argv: "sync --dry-run shop", command: "sync", positionals: ["shop"], given: { dryRun: "server" } },
  { argv: "sync shop --dry-run=none", command: "sync", positionals: ["shop"], given: { dryRun: "none" } },
  { argv: "get -- -n", command: "get", positionals: ["-n"], given: {} },
  { argv: "get shop -n -- -w", command: "get", positionals: ["shop"], given: { namespace: "--", watch: true } },
  { argv: "build -", command: "build", positionals: ["-"], given: {} },
  { argv: "sync shop --repo=a=b", command: "sync", positionals: ["shop"], given: { repo: "a=b" } },
  {
    argv: "sync shop --confirm-prune Namespace/a --confirm-prune=PersistentVolume/b",
    command: "sync",
    positionals: ["shop"],
    given: { confirmPrune: ["Namespace/a", "PersistentVolume/b"] },
  },
  {
    argv: "sync shop --max-file-size 2Mi --max-depth=7",
    command: "sync",
    positionals: ["shop"],
    given: { maxFileSize: 2_097_152, maxDepth: 7 },
  },
  { argv: "sync shop -vqy", command: "sync", positionals: ["shop"], given: { verbose: true, quiet: true, yes: true } },
];

for (const { argv, command, positionals = [], given } of SAME_AS_PFLAG) {
  test(`"${argv}" is read as kubectl would`, () => {
    assert.deepEqual(meaning(argv.split(" ")), { command, positionals, given });
  });
}

const REFUSED: readonly (readonly [string, RegExp, RegExp])[] = [
  ["sync shop --prun", /unknown flag --prun\b/, /did you mean --prune\?/],
  ["sync shop --nowait", /unknown flag --nowait/, /did you mean --no-wait\?/],
  ["sync shop --zzzzzzzz=hunter2", /^unknown flag --zzzzzzzz for "gitops sync"$/, /gitops sync --help/],
  ["--contxt=a get", /unknown flag --contxt/, /did you mean --context\?/],
  ["get shop --prune", /unknown flag --prune for "gitops get"/, /gitops get --help/],
  ["get shop -Z", /unknown flag -Z/, /gitops get --help/],
  ["snyc shop", /unknown command "snyc"/, /did you mean "gitops sync"\?/],
  ["frobnicate", /unknown command "frobnicate"/, /gitops --help/],
  ["sync shop -n", /flag -n needs a value/, /-n=VALUE/],
  ["sync shop --timeout", /flag --timeout needs a value/, /--timeout=VALUE/],
  ["sync shop --timeout -1s", /--timeout: it may not be negative/, /1m30s/],
  ["sync shop --timeout 5x", /--timeout/, /1m30s/],
  ["sync shop --timeout=1000000000h", /--timeout: it is longer/, /1m30s/],
  ["sync shop --prune=maybe", /invalid value for --prune/, /true or false/],
  ["sync shop --no-timeout", /unknown flag --no-timeout/, /./],
  ["sync shop -o xml", /invalid value for -o/, /json/],
  ["get -o toml", /invalid value for -o/, /wide, name, json, yaml/],
  ["sync shop --dry-run=client", /invalid value for --dry-run/, /none, server/],
  ["sync shop --max-depth 0", /invalid value for --max-depth/, /above 0/],
  ["sync shop --max-file-size 1.5Mi", /invalid value for --max-file-size/, /32Mi/],
  ["adopt", /missing required argument/, /gitops adopt --help/],
  ["sync a b c", /too many arguments/, /gitops sync --help/],
  ["completion tcsh", /unknown shell "tcsh"/, /bash, zsh, fish, powershell/],
];

for (const [argv, message, hint] of REFUSED) {
  test(`"${argv}" is refused with a hint`, () => {
    const attempt = () => {
      const line = readCommandLine(argv.split(" "), COMMANDS, {});
      assert.ok(line.command);
      invoke({ ...line, command: line.command });
    };
    assert.throws(attempt, (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

test("a variable of the environment stands in for any flag, and the flag wins over it", () => {
  const environment = {
    GITOPS_NAMESPACE: "from-env",
    GITOPS_PRUNE: "true",
    GITOPS_CONFIRM_PRUNE: "Namespace/a,Namespace/b",
    GITOPS_TIMEOUT: "",
  };
  assert.deepEqual(meaning(["adopt", "shop"], environment).given, {
    namespace: "from-env",
    prune: true,
    confirmPrune: ["Namespace/a", "Namespace/b"],
  });
  assert.deepEqual(meaning(["adopt", "shop", "-n", "typed"], environment).given["namespace"], "typed");
});

test("a bad value in the environment is refused under the variable's name", () => {
  assert.throws(() => meaning(["adopt", "shop"], { GITOPS_TIMEOUT: "soon" }), /GITOPS_TIMEOUT/);
});

test("a variable for another command's flag is not looked at", () => {
  assert.deepEqual(meaning(["version"], { GITOPS_TIMEOUT: "soon" }).given, {});
});

test("--help and --version are seen wherever they stand", () => {
  assert.equal(readCommandLine(["adopt", "shop", "--help"], COMMANDS, {}).help, true);
  assert.equal(readCommandLine(["-h"], COMMANDS, {}).help, true);
  assert.equal(readCommandLine(["get", "--version"], COMMANDS, {}).version, true);
  assert.equal(readCommandLine(["get", "--", "--version"], COMMANDS, {}).version, false);
});

test("a flag of the same name means the same thing to the reader in every command, so that it can stand before the command", () => {
  const seen = new Map<string, { readonly spec: OptionSpec; readonly command: string }>();
  for (const command of COMMANDS) {
    for (const [key, spec] of Object.entries<OptionSpec>({ ...GLOBAL_OPTIONS, ...command.options })) {
      for (const name of [flagName(key), spec.short ?? ""].filter((text) => text !== "")) {
        const former = seen.get(name);
        // kubectl has it twice as well: a file, and to follow a log.
        if (former !== undefined && name !== "f")
          assert.equal(takesValue(former.spec), takesValue(spec), `--${name} of ${former.command} and ${command.name}`);
        seen.set(name, { spec, command: command.name });
      }
    }
  }
});

test("-f means a file before the command, and behind it what the command says", () => {
  const read = (...argv: readonly string[]) => readCommandLine(argv, COMMANDS, {});
  assert.deepEqual(read("-f", "apps.yaml", "diff").given.get("filename"), ["apps.yaml"]);
  assert.deepEqual(read("logs", "shop", "-f").given.get("follow"), ["true"]);
  assert.deepEqual(read("logs", "-f", "shop").positionals, ["shop"]);
});

test("no two flags share an environment variable, and none shadows a variable with a meaning of its own", () => {
  for (const command of COMMANDS) {
    const names = Object.keys({ ...GLOBAL_OPTIONS, ...command.options }).map(environmentName);
    assert.equal(new Set(names).size, names.length);
    assert.ok(!names.includes("GITOPS_GIT_TOKEN"));
  }
});

test("a command is given exactly the values that its table names", () => {
  const line = readCommandLine(["adopt", "shop", "-n", "shop"], COMMANDS, {});
  assert.ok(line.command);
  const { input } = invoke({ ...line, command: line.command });
  assert.deepEqual(Object.keys(input).sort(), [...Object.keys(line.command.arguments), ...Object.keys(line.command.options)].sort());
  assert.equal(input["timeout"], undefined);
  assert.equal(input["preflight"], true);
  assert.equal(input["directory"], undefined);
});
