/** Longest wait that is believed, milliseconds; anything longer is cut to it. */
const MAX_RETRY_AFTER_MS = 86_400_000;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * How long an error answer asks us to wait, milliseconds; undefined when it does not say. Only for error statuses:
 * Anthropic sends `retry-after` with successes too. Azure sends `retry-after-ms: 0` beside a real `retry-after`, so 0
 * counts as absent.
 */
export function readRetryAfterMs(headers: Headers): number | undefined {
  const exact = bounded(Number(single(headers, 'retry-after-ms') ?? Number.NaN));
  if (exact !== undefined) return exact;
  const value = single(headers, 'retry-after');
  if (value === undefined) return undefined;
  return bounded(Number(value) * 1_000) ?? bounded(untilDate(value, single(headers, 'date')));
}

/** A length of time as providers write it in bodies: `48s`, `3.89s`, `120ms`. */
export function parseSecondsMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text);
  if (match === null) return undefined;
  return bounded(Number(match[1]) * (match[2] === 's' ? 1_000 : 1));
}

/** The date is the server's, so it is measured against the server's own `date` header, not against our clock. */
function untilDate(value: string, now: string | undefined): number {
  return now === undefined ? Number.NaN : Date.parse(value) - Date.parse(now);
}

function bounded(waitMs: number): number | undefined {
  if (!Number.isFinite(waitMs) || waitMs <= 0) return undefined;
  return Math.min(Math.ceil(waitMs), MAX_RETRY_AFTER_MS);
}

function single(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first.trim() === '' ? undefined : first.trim();
}
