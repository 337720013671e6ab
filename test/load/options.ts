import { parseArgs } from 'node:util';
import { z } from 'zod';
import { defaultWorkers } from '../../infra/start/default-workers.ts';

export type Mode = 'stream' | 'whole';

/** How long the parts of the bench take. Milliseconds, and numbers of jobs. */
export interface Effort {
  /** Once, before the first row: a process that has just started is slow until its code is compiled. */
  readonly firstWarmUpMs: number;
  /** Before each row. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** At one client there is one answer at a time, so more time is needed for as many figures. */
  readonly oneClientMs: number;
  readonly floorJobs: number;
  readonly floorMs: number;
  readonly parserRounds: number;
}

export interface UpstreamSettings {
  /** Until the first delta, ms. */
  readonly ttftMs: number;
  /** Deltas of an answer. */
  readonly chunks: number;
  /** Between two deltas, ms; 0 = all at once. */
  readonly gapMs: number;
  /** Words in a delta. */
  readonly size: number;
  /** 0 = a free one. A peer has to be told where the upstream is, so it can be fixed. */
  readonly port: number;
}

export interface Peer {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface BenchOptions {
  readonly effort: Effort;
  readonly modes: readonly Mode[];
  readonly clients: readonly number[];
  readonly workers: number;
  readonly jsonPath: string | undefined;
  readonly peer: Peer | undefined;
  readonly upstream: UpstreamSettings;
}

export const USAGE = `npm run bench -- [options]
  --quick                shorter measurements (under a minute in all)
  --only stream|whole    one kind of answer only
  --clients 1,16,64      clients at once, one measurement each
  --workers N            worker processes (default: one for two cores, as npm start)
  --json FILE            all figures as JSON, too
  --ttft 20 --chunks 50 --gap 4 --size 4     the upstream: ms, deltas, ms, words a delta
  --upstream-port N      where the upstream listens (default: a free port)
  --peer-url URL --peer-header 'k: v' --peer-name NAME
                         another gateway in front of the same upstream, up to /v1; headers may repeat`;

const FULL: Effort = {
  firstWarmUpMs: 4_000,
  warmUpMs: 1_500,
  measureMs: 8_000,
  oneClientMs: 12_000,
  floorJobs: 500,
  floorMs: 6_000,
  parserRounds: 40,
};

const QUICK: Effort = {
  firstWarmUpMs: 2_000,
  warmUpMs: 500,
  measureMs: 1_800,
  oneClientMs: 2_500,
  floorJobs: 150,
  floorMs: 1_800,
  parserRounds: 12,
};

const count = z.coerce.number().int();

const flagsSchema = z.object({
  quick: z.boolean(),
  only: z.enum(['stream', 'whole']).optional(),
  clients: z
    .string()
    .transform((list) => list.split(',').map(Number))
    .pipe(z.array(z.number().int().min(1).max(2_000)).min(1).max(10)),
  workers: count.min(1).max(64),
  json: z.string().min(1).optional(),
  ttft: count.min(0).max(60_000),
  chunks: count.min(1).max(100_000),
  gap: count.min(0).max(60_000),
  size: count.min(1).max(1_000),
  'upstream-port': count.min(0).max(65_535),
  'peer-url': z.url({ protocol: /^https?$/ }).optional(),
  'peer-header': z.array(z.string().regex(/^[^:]+:/, "a header is written as 'name: value'")),
  'peer-name': z.string().min(1).max(10),
});

/** Reads the command line; throws an Error with one sentence for people when it is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      clients: { type: 'string', default: '1,16,64' },
      workers: { type: 'string', default: String(defaultWorkers()) },
      json: { type: 'string' },
      ttft: { type: 'string', default: '20' },
      chunks: { type: 'string', default: '50' },
      gap: { type: 'string', default: '4' },
      size: { type: 'string', default: '4' },
      'upstream-port': { type: 'string', default: '0' },
      'peer-url': { type: 'string' },
      'peer-header': { type: 'string', multiple: true, default: [] },
      'peer-name': { type: 'string', default: 'peer' },
    },
  });
  const parsed = flagsSchema.safeParse(values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`--${String(issue?.path[0] ?? '')}: ${issue?.message ?? 'not valid'}`);
  }
  const flags = parsed.data;
  return {
    effort: flags.quick ? QUICK : FULL,
    modes: flags.only === undefined ? ['stream', 'whole'] : [flags.only],
    clients: flags.clients,
    workers: flags.workers,
    jsonPath: flags.json,
    peer: readPeer(flags),
    upstream: {
      ttftMs: flags.ttft,
      chunks: flags.chunks,
      gapMs: flags.gap,
      size: flags.size,
      port: flags['upstream-port'],
    },
  };
}

function readPeer(flags: z.infer<typeof flagsSchema>): Peer | undefined {
  const url = flags['peer-url'];
  if (url === undefined) return undefined;
  const headers = flags['peer-header'].map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim()];
  });
  return {
    name: flags['peer-name'],
    url: url.replace(/\/$/, ''),
    headers: Object.fromEntries(headers),
  };
}
