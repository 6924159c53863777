import { resolve } from "node:path";
import { userInfo } from "node:os";
import { parseRepositoryUrl } from "../adapters/git/repository-url.ts";
import type { KubernetesCluster } from "../adapters/kubernetes/connect.ts";
import { systemClock } from "../adapters/system-clock.ts";
import {
  type AppReaderPorts,
  type AppWriterPorts,
  type AskingPorts,
  type FleetPorts,
  type GitHistory,
  type GitWriter,
  type BuildSurroundings,
  type Destinations,
  type DoctorPorts,
  type Emit,
  type ReaderPorts,
  type RecordFormat,
  type WriterPorts,
} from "../engine/index.ts";
import { openCommits, openFetcher, openGit, readToken } from "./wiring/git.ts";
import type { SourceFlags, SurroundingsFlags } from "./command.ts";
import { given } from "./given.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { Terminal } from "./terminal.ts";

/** What the adapters are made from. */
export interface WiringOptions {
  readonly globals: GlobalOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  readonly version: string;
  readonly emit: Emit;
}

type SourcePorts = Pick<ReaderPorts, "fetcher" | "clock" | "surroundings">;

/** The adapters behind the ports, made when first asked for: `build` never reads a kubeconfig. */
export interface Wiring {
  readonly source: (flags: SourceFlags) => Promise<SourcePorts>;
  readonly readers: (flags: SourceFlags) => Promise<ReaderPorts>;
  readonly writers: (flags: SourceFlags) => Promise<WriterPorts>;
  readonly contexts: () => Promise<readonly string[]>;
  readonly appReaders: (flags: SourceFlags) => Promise<AppReaderPorts>;
  readonly appWriters: (flags: SourceFlags) => Promise<AppWriterPorts>;
  readonly doctor: () => Promise<DoctorPorts>;
  readonly asking: () => Promise<AskingPorts>;
  readonly commits: (flags: SourceFlags) => Promise<{ readonly history: GitHistory; readonly commits: GitWriter }>;
  readonly fleet: (home: "context" | "current") => Promise<FleetPorts>;
  readonly repository: (typed: string) => string;
  readonly namespace: () => Promise<string>;
  /** The uid of `--expect-cluster`; undefined where there is none, or where it names the context that is used. */
  readonly expectedCluster: () => Promise<string | undefined>;
}

/** Builds the adapters. The only file of the command line that knows them. */
export function openWiring(asked: WiringOptions): Wiring {
  const environment = withHome(asked.environment);
  const options = { ...asked, environment };
  const { globals, emit } = options;
  const clock = systemClock();
  let connection: Promise<KubernetesCluster> | undefined;
  const cluster = (): Promise<KubernetesCluster> => (connection ??= connect(options));
  const source = (flags: SourceFlags): Promise<SourcePorts> => openSource(flags, clock, options);
  return {
    source,
    readers: (flags) => openReaders(source(flags), cluster(), environment),
    writers: async (flags) => {
      const [parts, connected, { createDeliveryWriter }] = await Promise.all([source(flags), cluster(), deliveryStore()]);
      const { bindings, areKept } = await openBindings(environment);
      if (!areKept) emit({ type: "warning", message: NO_HOME });
      return { ...parts, cluster: connected, deliveries: createDeliveryWriter(connected, clock), bindings };
    },
    contexts: async () => {
      const { findKubeconfig } = await import("../adapters/kubernetes/kubeconfig/find.ts");
      return [...((await findKubeconfig(globals.kubeconfig, environment))?.contexts.keys() ?? [])];
    },
    appReaders: (flags) => openAppReaders(source(flags), cluster(), options),
    doctor: async () => {
      const fetcher = openGit({}, undefined, options);
      const parts = Promise.resolve({ fetcher, clock });
      const [readers, apps] = await Promise.all([openReaders(parts, cluster(), environment), openAppReaders(parts, cluster(), options)]);
      return { ...readers, apps, probe: (await cluster()).probe, sourceProbe: fetcher };
    },
    appWriters: async (flags) => {
      const [parts, connected, { createDeliveryWriter }] = await Promise.all([source(flags), cluster(), deliveryStore()]);
      const { bindings } = await openBindings(environment);
      const { createObjectStoreWriter } = await import("../adapters/kubernetes/delivery/object-store.ts");
      const ports = { cluster: connected, objects: connected.objects, clock };
      const deliveries = createObjectStoreWriter(ports, await recordFormat(), createDeliveryWriter(connected, clock));
      return { ...parts, ...ports, deliveries, destinations: openDestinations(connected, options), bindings };
    },
    asking: async () => {
      const connected = await cluster();
      return { cluster: connected, objects: connected.objects, clock };
    },
    commits: (flags) => openCommits(flags, options),
    fleet: (home) => openFleet(home === "context" ? cluster() : connectCurrent(options), options),
    repository: (typed) => parseRepositoryUrl(typed, { allowLocal: true, workingDirectory: process.cwd() }).url,
    namespace: async () => globals.namespace ?? (await cluster()).defaultNamespace,
    expectedCluster: () => expectedUid(globals, cluster),
  };
}

async function openReaders(
  source: Promise<SourcePorts>,
  cluster: Promise<KubernetesCluster>,
  environment: NodeJS.ProcessEnv,
): Promise<ReaderPorts> {
  const [parts, connected, { createDeliveryStore }] = await Promise.all([source, cluster, deliveryStore()]);
  const { bindings } = await openBindings(environment);
  return { ...parts, cluster: connected, deliveries: createDeliveryStore(connected), bindings };
}

async function openAppReaders(
  source: Promise<SourcePorts>,
  cluster: Promise<KubernetesCluster>,
  options: WiringOptions,
): Promise<AppReaderPorts> {
  const [parts, connected, { createDeliveryStore }] = await Promise.all([source, cluster, deliveryStore()]);
  const { bindings } = await openBindings(options.environment);
  const { createObjectStore } = await import("../adapters/kubernetes/delivery/object-store.ts");
  const format = await recordFormat();
  const deliveries = createObjectStore(connected, format, createDeliveryStore(connected));
  return { ...parts, cluster: connected, deliveries, destinations: openDestinations(connected, options), bindings };
}

const NO_HOME =
  "this user has no home: the cluster of a delivery is not remembered for the next run; --expect-cluster guards against a wrong one";

/** How the apps of the dialects keep their records; there is one dialect so far. */
async function recordFormat(): Promise<RecordFormat> {
  const { DIALECTS } = await import("../engine/index.ts");
  const [dialect] = DIALECTS;
  if (dialect === undefined) throw new Error("no dialect is spoken");
  return dialect.record;
}

/** The cluster of the kubeconfig's current context, whatever `--context` says. */
function connectCurrent(options: WiringOptions): Promise<KubernetesCluster> {
  return connect({ ...options, globals: { ...options.globals, context: undefined } });
}

async function openFleet(home: Promise<KubernetesCluster>, options: WiringOptions): Promise<FleetPorts> {
  const { globals, environment, emit, terminal, version } = options;
  const [cluster, { createRemoteClusters }] = await Promise.all([home, import("../adapters/kubernetes/remote-clusters.ts")]);
  const clock = systemClock();
  const remotes = createRemoteClusters({
    ...given({ kubeconfig: globals.kubeconfig }),
    environment,
    clock,
    emit,
    interactive: terminal.interactive,
    userAgent: `gitops/${version}`,
  });
  return { cluster, objects: cluster.objects, clock, remotes };
}

/** The clusters that apps deliver to: the one they are in, as whom they say, and those of kubeconfigs. Each is connected to once. */
function openDestinations(own: KubernetesCluster, options: WiringOptions): Destinations<KubernetesCluster> {
  const opened = new Map<string, Promise<KubernetesCluster>>();
  const once = (key: string, open: () => Promise<KubernetesCluster>): Promise<KubernetesCluster> => {
    const known = opened.get(key) ?? open();
    opened.set(key, known);
    return known;
  };
  return {
    own: (user) =>
      user === "" ? Promise.resolve(own) : once(user, () => connect({ ...options, globals: { ...options.globals, as: user } })),
    remote: (kubeconfig, name, user) =>
      // By its name, too: a failure names the Secret.
      once(`${user}\0${name}\0${kubeconfig}`, async () => {
        const { connectCluster } = await import("../adapters/kubernetes/connect.ts");
        return connectCluster({
          untrustedKubeconfig: { text: kubeconfig, name },
          ...(user === "" ? {} : { as: user }),
          ...given({ requestTimeoutMs: options.globals.requestTimeout }),
          environment: options.environment,
          clock: systemClock(),
          emit: options.emit,
          userAgent: `gitops/${options.version}`,
        });
      }),
  };
}

/** Which cluster each delivery went to, as far as this user has a home to keep it in. */
async function openBindings(
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly bindings: WriterPorts["bindings"]; readonly areKept: boolean }> {
  const { bindingsFile, createClusterBindings, NO_BINDINGS } = await import("../adapters/state/cluster-bindings.ts");
  const file = bindingsFile(environment);
  return { bindings: file === undefined ? NO_BINDINGS : createClusterBindings(file), areKept: file !== undefined };
}

function deliveryStore(): Promise<typeof import("../adapters/kubernetes/delivery/store.ts")> {
  return import("../adapters/kubernetes/delivery/store.ts");
}

/** The environment with HOME: a process may be started without it, and a user of a container may have none at all. */
function withHome(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if ((environment["HOME"] ?? "") !== "") return environment;
  try {
    return { ...environment, HOME: userInfo().homedir };
  } catch {
    // The user database does not know this user.
    return environment;
  }
}

/** What speaks to clusters is loaded by the commands that do: it costs as much as building a small overlay. */
async function connect({ globals, environment, terminal, version, emit }: WiringOptions): Promise<KubernetesCluster> {
  const { connectCluster } = await import("../adapters/kubernetes/connect.ts");
  const {
    context,
    cluster,
    user,
    namespace,
    kubeconfig,
    server,
    token,
    as,
    asGroup,
    certificateAuthority,
    insecureSkipTlsVerify,
    tlsServerName,
    requestTimeout,
  } = globals;
  return connectCluster({
    ...given({
      context,
      cluster,
      user,
      namespace,
      kubeconfig,
      server,
      token,
      as,
      certificateAuthority,
      tlsServerName,
      requestTimeoutMs: requestTimeout,
    }),
    ...(asGroup.length > 0 ? { asGroups: asGroup } : {}),
    ...(insecureSkipTlsVerify ? { insecureSkipTlsVerify } : {}),
    environment,
    clock: systemClock(),
    emit,
    interactive: terminal.interactive,
    userAgent: `gitops/${version}`,
  });
}

/** A name of the context that is used says no more than that it is used. */
async function expectedUid({ expectCluster }: GlobalOptions, cluster: () => Promise<KubernetesCluster>): Promise<string | undefined> {
  return expectCluster === undefined || (await cluster()).contextName === expectCluster ? undefined : expectCluster;
}

async function openSource(flags: SourceFlags, clock: SourcePorts["clock"], options: WiringOptions): Promise<SourcePorts> {
  const token = flags.gitTokenFile === undefined ? undefined : await readToken(flags.gitTokenFile);
  const surroundings = flags.surroundings && (await openSurroundings(flags.surroundings, flags, token, options));
  return { fetcher: openFetcher(flags, token, options), clock, ...given({ surroundings }) };
}

/** What builds may read and run: made here, reached only where the engine finds it allowed. */
async function openSurroundings(
  flags: SurroundingsFlags,
  { maxFileSize }: SourceFlags,
  token: string | undefined,
  { environment, terminal, globals, version }: WiringOptions,
): Promise<BuildSurroundings> {
  const { allowedRemotes, enableHelm, helmCommand, helmRelease, helmValues, helmKubeVersion, helmApiVersions } = flags;
  const clock = systemClock();
  // A path is relative to where the person stands; helm itself runs elsewhere.
  const command = helmCommand.includes("/") ? resolve(helmCommand) : helmCommand;
  const helm = enableHelm ? await import("../adapters/helm/helm-renderer.ts") : undefined;
  return {
    allowedRemotes,
    openRemote: (source, emit) => {
      const isTokenForAny = allowedRemotes.length === 1;
      const settings = { environment, clock, workingDirectory: process.cwd(), isInteractive: terminal.interactive, source, isTokenForAny };
      const options = { ...settings, ...given({ token, maximumFileBytes: maxFileSize }) };
      return {
        repository: async (wanted) => {
          const { fetchRemoteRepository } = await import("../adapters/git/remote-repository.ts");
          return await fetchRemoteRepository(wanted, emit, options);
        },
        file: async (wanted) => {
          const { fetchRemoteFile } = await import("../adapters/http/remote-file.ts");
          return await fetchRemoteFile(wanted, { environment, clock, userAgent: `gitops/${version}` });
        },
      };
    },
    charts: helm?.createHelmRenderer({ command, environment }),
    release: given({ name: helmRelease, namespace: globals.namespace, values: helmValues }),
    chartTarget: given({ kubeVersion: helmKubeVersion, apiVersions: helmApiVersions.length === 0 ? undefined : helmApiVersions }),
  };
}
