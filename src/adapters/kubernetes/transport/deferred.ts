/** A promise with its ends apart, for code that is called back. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** ES2024's Promise.withResolvers, which the project's language level does not have yet. */
export function deferred<T>(): Deferred<T> {
  const ends: { resolve?: (value: T) => void; reject?: (reason: unknown) => void } = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(ends, { resolve, reject }));
  return { promise, ...(ends as Required<typeof ends>) };
}
