// The few things of the web platform that the engine may use. Everything else from outside comes through a port:
// what is not declared here (process, console, fetch, timers, Buffer) does not compile in the engine.
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
declare const AbortSignal: { any(signals: readonly AbortSignal[]): AbortSignal };
interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare const AbortController: { new (): AbortController };
interface TextDecoder {
  decode(input?: Uint8Array, options?: { readonly stream?: boolean }): string;
}
declare const TextDecoder: {
  new (label?: "utf-8" | "utf-16le" | "utf-16be", options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder;
};
interface TextEncoder {
  encode(input?: string): Uint8Array;
}
declare const TextEncoder: { new (): TextEncoder };
interface URL {
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly pathname: string;
  readonly search: string;
  readonly username: string;
  readonly password: string;
}
declare const URL: { new (url: string): URL; canParse(url: string): boolean };
