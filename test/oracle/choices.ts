import fc from "fast-check";

const MOST = 9999;

/**
 * The decisions that make one part of a generated tree, in order. 0 always is the plainest one, and what is missing is 0:
 * fast-check shrinks a tree by shrinking numbers and dropping parts.
 */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 to below `count`. */
  below(count: number): number {
    return (this.#numbers[this.#at++] ?? 0) % count;
  }

  pick<T>(first: T, ...more: readonly T[]): T {
    return this.of([first, ...more]);
  }

  /** One of a list that has some. */
  of<T>(list: readonly T[]): T {
    if (list.length === 0) throw new TypeError("nothing to choose from");
    // There is one at every index below the length; it may be an undefined of T itself.
    return list[this.below(list.length)] as T;
  }

  /** True in so many of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  /** The value, or in other cases nothing. */
  maybe<T>(percent: number, value: () => T): T | undefined {
    return this.chance(percent) ? value() : undefined;
  }

  /** Up to `most` different ones of a list, in its order. */
  some<T>(list: readonly T[], most = list.length): readonly T[] {
    const wanted = this.below(Math.min(most, list.length) + 1);
    const left = list.map((one, index) => [index, one] as const);
    const taken = Array.from({ length: wanted }, () => left.splice(this.below(left.length), 1)[0]);
    return taken
      .filter((one) => one !== undefined)
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one);
  }
}

/** So many numbers to decide with. */
export function choices(count: number): fc.Arbitrary<readonly number[]> {
  return fc.noBias(fc.array(fc.nat({ max: MOST }), { minLength: count, maxLength: count, size: "max" }));
}
