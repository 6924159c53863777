import type { ChartRenderer } from "../model/chart-renderer.ts";
import type { Emit } from "../model/event.ts";
import type { RemoteContent } from "../model/remote-content.ts";
import type { Source } from "../model/source.ts";

/** What builds may read and run beside their source, as the person who runs them allowed it. */
export interface BuildSurroundings {
  /** Hosts, parsed; nothing else is read from. */
  readonly allowedRemotes: readonly { readonly host: string; readonly isPlain: boolean }[];
  /** Opens what a build of a source reads from these hosts. Credentials for the source go nowhere else. */
  readonly openRemote: (source: Source, emit: Emit) => RemoteContent;
  /** Undefined where charts are refused. */
  readonly charts: ChartRenderer | undefined;
  /** How a source that is a chart is released; its name is the delivery's, else the folder's, where it is left out. */
  readonly release: { readonly name?: string; readonly namespace?: string; readonly values?: readonly string[] };
  /** The cluster that charts are rendered for. */
  readonly chartTarget: { readonly kubeVersion?: string; readonly apiVersions?: readonly string[] };
}
