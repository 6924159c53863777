/**
 * Node's HTTP module, for the few servers without TLS. Importing it as an ES module makes Node evaluate all its exports, WebSocket and the
 * whole of undici among them: 40 ms of CPU that an https cluster never needs.
 */
export function plainHttp(): typeof import("node:http") {
  return process.getBuiltinModule("node:http");
}
