import type { Health, HealthStatus } from "../model/health.ts";

export function healthy(message = "", reason = ""): Health {
  return verdict("Healthy", reason, message);
}

export function suspended(reason: string, message: string): Health {
  return verdict("Suspended", reason, message);
}

export function progressing(reason: string, message: string): Health {
  return verdict("Progressing", reason, message);
}

export function degraded(reason: string, message: string): Health {
  return verdict("Degraded", reason, message);
}

export function unknown(reason: string, message: string): Health {
  return verdict("Unknown", reason, message);
}

/** The text in one line: controllers pass on errors with line breaks, and a message is a cell of a table. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]\s*/g, " ").trim();
}

function verdict(status: HealthStatus, reason: string, message: string): Health {
  return { status, reason: oneLine(reason), message: oneLine(message) };
}
