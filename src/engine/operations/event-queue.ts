/** What several producers put in, in the order of its coming, for one consumer. */
export class EventQueue<Item> {
  readonly #items: Item[] = [];
  #tell: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isClosed = false;

  put(item: Item): void {
    this.#items.push(item);
    this.#tell?.();
  }

  /** Ends the queue with an error, which the consumer is thrown once it has taken what came before. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#tell?.();
  }

  /** Ends the queue. */
  close(): void {
    this.#isClosed = true;
    this.#tell?.();
  }

  async *take(): AsyncGenerator<Item, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#failure !== undefined) throw this.#failure.error;
      else if (this.#isClosed) return;
      else await new Promise<void>((resolve) => (this.#tell = resolve));
    }
  }
}
