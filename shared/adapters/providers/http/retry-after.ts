/** Longest wait that is believed, milliseconds; anything longer is cut to it. */
const MAX_RETRY_AFTER_MS = 86_400_000;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * How long an error answer asks us to wait, milliseconds; undefined when it does not say. Only for error statuses:
 * Anthropic sends `retry-after` with successes too. Azure sends `retry-after-ms: 0` beside a real `retry-after`, so 0
 * counts as absent.
 */
export function readRetryAfterMs(headers: Headers): number | undefined {
  const exact = bounded(Number(readHeader(headers, 'retry-after-ms') ?? Number.NaN));
  if (exact !== undefined) return exact;
  const value = readHeader(headers, 'retry-after');
  if (value === undefined) return undefined;
  return bounded(Number(value) * 1_000) ?? bounded(untilDate(value, readHeader(headers, 'date')));
}

/** A length of time as providers write it in bodies: `48s`, `3.89s`, `120ms`. */
export function parseSecondsMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text);
  if (match === null) return undefined;
  return bounded(Number(match[1]) * (match[2] === 's' ? 1_000 : 1));
}

/** Lengths of time in headers, with minutes and hours before the seconds: `1m30.5s`, `2h`, `6ms`, `0s`. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = match;
  return Math.ceil(
    Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000 + Number(ms),
  );
}

/** The first value of a header, trimmed; undefined when it is absent or empty. */
export function readHeader(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first.trim() === '' ? undefined : first.trim();
}

/** The date is the server's, so it is measured against the server's own `date` header, not against our clock. */
function untilDate(value: string, now: string | undefined): number {
  return now === undefined ? Number.NaN : Date.parse(value) - Date.parse(now);
}

function bounded(waitMs: number): number | undefined {
  if (!Number.isFinite(waitMs) || waitMs <= 0) return undefined;
  return Math.min(Math.ceil(waitMs), MAX_RETRY_AFTER_MS);
}
