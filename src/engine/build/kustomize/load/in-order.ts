/** Waits for all, and throws the first error in order of the list, not of time: the same input gives the same message. */
export async function inOrder<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === "fulfilled") return result.value;
    throw result.reason;
  });
}
