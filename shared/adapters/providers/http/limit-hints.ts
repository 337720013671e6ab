import type { LimitHint } from '../../../ports/provider.ts';
import { parseDurationMs, readHeader } from './retry-after.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface HintHeaders {
  readonly of: LimitHint['of'];
  readonly limit: string;
  readonly remaining: string;
  /** Absent where the provider does not say when the limit is whole again. */
  readonly reset?: string;
}

/** Where providers write it (wire-formats.md): OpenAI, Azure and Groq, then Anthropic, then Mistral, then OpenRouter. */
const HINTS: readonly HintHeaders[] = [
  openaiHint('requests'),
  openaiHint('tokens'),
  anthropicHint('requests', 'requests'),
  anthropicHint('tokens', 'tokens'),
  anthropicHint('tokens', 'input-tokens'),
  anthropicHint('tokens', 'output-tokens'),
  mistralHint('requests', 'req-minute'),
  mistralHint('tokens', 'tokens-minute'),
  {
    of: 'requests',
    limit: 'x-ratelimit-limit',
    remaining: 'x-ratelimit-remaining',
    reset: 'x-ratelimit-reset',
  },
];

/** What the headers of an answer, good or bad, say of the limits of its key. Empty where they say nothing. */
export function readLimitHints(headers: Headers): readonly LimitHint[] {
  return HINTS.flatMap(({ of, limit, remaining, reset }) => {
    const left = readWhole(headers, remaining);
    if (left === undefined) return [];
    const most = readWhole(headers, limit);
    const resetMs = reset === undefined ? undefined : readReset(headers, reset);
    return {
      of,
      remaining: left,
      ...(most === undefined ? {} : { limit: most }),
      ...(resetMs === undefined ? {} : { resetMs }),
    };
  });
}

/** A duration (`1m30.5s`), or a moment: RFC 3339 (Anthropic), or milliseconds since the epoch (OpenRouter). */
function readReset(headers: Headers, name: string): number | undefined {
  const value = readHeader(headers, name);
  if (value === undefined) return undefined;
  const duration = parseDurationMs(value);
  if (duration !== undefined) return duration;
  const moment = /^\d{12,}$/.test(value) ? Number(value) : Date.parse(value);
  // Moments are the server's, so they are measured against its own clock; a past one says that the limit is whole.
  const fromNow = moment - Date.parse(readHeader(headers, 'date') ?? '');
  return Number.isFinite(fromNow) ? Math.max(0, fromNow) : undefined;
}

function readWhole(headers: Headers, name: string): number | undefined {
  const value = Number(readHeader(headers, name) ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function openaiHint(of: LimitHint['of']): HintHeaders {
  return {
    of,
    limit: `x-ratelimit-limit-${of}`,
    remaining: `x-ratelimit-remaining-${of}`,
    reset: `x-ratelimit-reset-${of}`,
  };
}

function anthropicHint(of: LimitHint['of'], name: string): HintHeaders {
  const prefix = `anthropic-ratelimit-${name}`;
  return {
    of,
    limit: `${prefix}-limit`,
    remaining: `${prefix}-remaining`,
    reset: `${prefix}-reset`,
  };
}

function mistralHint(of: LimitHint['of'], name: string): HintHeaders {
  return { of, limit: `x-ratelimit-limit-${name}`, remaining: `x-ratelimit-remaining-${name}` };
}
