const BEYOND_SURROGATES = /[\ud800-\uffff]/;

/** Go compares strings by their UTF-8 bytes, which is the order of code points, not of UTF-16 units. */
export function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  // Where the first difference has one unit below the surrogates, both orders are the same.
  if (!BEYOND_SURROGATES.test(a) || !BEYOND_SURROGATES.test(b)) return a < b ? -1 : 1;
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left === right) continue;
    return left < 0xd800 || right < 0xd800 ? left - right : (a.codePointAt(index) ?? 0) - (b.codePointAt(index) ?? 0);
  }
  return a.length - b.length;
}
