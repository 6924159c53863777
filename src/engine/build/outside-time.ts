import type { BuildOptions } from "./build-options.ts";

/** Servers are polite to a few requests at once; each helm is a process that keeps a core busy. */
const FETCHES_AT_ONCE = 8;
const CHARTS_AT_ONCE = 2;

/**
 * Options whose clock stands still while a server or the helm program is waited for: the time of a build bounds what the build does,
 * and what stands outside has limits of its own. A few of these run at once, the others wait their turn before their own time begins.
 */
export function withoutOutsideTime(options: BuildOptions): BuildOptions {
  const { monotonic, remote, charts } = options;
  let waiting = 0;
  let since = 0;
  let outside = 0;
  async function apart<Result>(work: () => Promise<Result>): Promise<Result> {
    if (waiting++ === 0) since = monotonic();
    try {
      return await work();
    } finally {
      if (--waiting === 0) outside += monotonic() - since;
    }
  }
  const fetching = turns(FETCHES_AT_ONCE);
  const rendering = turns(CHARTS_AT_ONCE);
  return {
    ...options,
    monotonic: () => (waiting > 0 ? since : monotonic()) - outside,
    ...(remote && {
      remote: {
        repository: (wanted) => apart(() => fetching(() => remote.repository(wanted))),
        file: (wanted) => apart(() => fetching(() => remote.file(wanted))),
      },
    }),
    ...(charts && {
      charts: {
        pull: (chart, limits) => apart(() => rendering(() => charts.pull(chart, limits))),
        render: (release, limits) => apart(() => rendering(() => charts.render(release, limits))),
      },
    }),
  };
}

/** Lets so many works run at once, in the order in which they came. */
function turns(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((start) => queue.push(start));
    else running++;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
