import type { BuildOptions } from "./build-options.ts";

/**
 * Options whose clock stands still while a server or the helm program is waited for: the time of a build bounds what the build does,
 * and what stands outside has limits of its own.
 */
export function withoutOutsideTime(options: BuildOptions): BuildOptions {
  const { monotonic, remote, charts } = options;
  let waiting = 0;
  let since = 0;
  let outside = 0;
  async function apart<Result>(work: Promise<Result>): Promise<Result> {
    if (waiting++ === 0) since = monotonic();
    try {
      return await work;
    } finally {
      if (--waiting === 0) outside += monotonic() - since;
    }
  }
  return {
    ...options,
    monotonic: () => (waiting > 0 ? since : monotonic()) - outside,
    ...(remote && {
      remote: { repository: (wanted) => apart(remote.repository(wanted)), file: (wanted) => apart(remote.file(wanted)) },
    }),
    ...(charts && {
      charts: {
        pull: (chart, limits) => apart(charts.pull(chart, limits)),
        render: (release, limits) => apart(charts.render(release, limits)),
      },
    }),
  };
}
