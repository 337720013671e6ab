import {
  pick,
  promptHash,
  type Random,
  randomFrom,
  randomInteger,
} from '../../infra/sandbox/random.ts';
import { linkNames, serviceNames } from './chaos-system.ts';
import type { LinkFault } from './link-fault.ts';

/** Kinds of fault; each seed enables some of them. */
export const FAULT_KINDS = [
  'kill service',
  'pause worker',
  'pause service',
  'kill redis',
  'kill nats',
  'pause broker',
  'broker link',
  'provider link',
  'provider',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** `reset`: once, what is open. `refuse`: new connections too, for the fault's time. */
export type LinkTrouble = LinkFault | { readonly kind: 'reset' } | { readonly kind: 'refuse' };

export type Trouble =
  | { readonly kind: 'signal'; readonly signal: 'SIGKILL' | 'SIGSTOP' }
  | { readonly kind: 'broker'; readonly signal: 'SIGKILL' | 'SIGSTOP' }
  | { readonly kind: 'link'; readonly fault: LinkTrouble; readonly sides: 'up' | 'down' | 'both' }
  | { readonly kind: 'provider'; readonly faults: readonly object[] };

export interface PlannedFault {
  readonly atMs: number;
  /** Of a signal to a service: until it is there again, however long that takes. */
  readonly durationMs: number;
  readonly kind: FaultKind;
  /** A service, a broker, a link or `sandbox`. */
  readonly target: string;
  readonly trouble: Trouble;
}

export interface FaultPlanOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly workers: number;
  /** Default: a subset that the seed draws. */
  readonly kinds?: readonly FaultKind[];
}

export interface FaultPlan {
  readonly enabled: readonly FaultKind[];
  readonly faults: readonly PlannedFault[];
}

/** The first faults come when jobs are under way. */
const START_MS = 2_000;

/** Between the beginnings of two faults; they may overlap, on different targets. */
const GAP_MS = { low: 700, high: 3_500 };

/** Past the queue's lock of 6 s and its check of 1.5 s, so that others take the jobs over. */
const PAST_LOCK_MS = { low: 7_800, high: 12_000 };

/** A fleet whose brokers are away most of the time shows nothing but their absence. */
const WEIGHTS: Record<FaultKind, number> = {
  'kill service': 6,
  'pause worker': 4,
  'pause service': 2,
  'kill redis': 1,
  'kill nats': 1,
  'pause broker': 1,
  'broker link': 5,
  'provider link': 3,
  provider: 4,
};

/** Swarm testing: fewer kinds at once reach states that all kinds together never do. */
const MIN_ENABLED = 4;

/** All faults of a run, from its seed alone. */
export function planFaults(options: FaultPlanOptions): FaultPlan {
  const random = randomFrom(promptHash(`faults ${String(options.seed)}`));
  const enabled = options.kinds ?? drawKinds(random);
  const bag = enabled.flatMap((kind) => Array.from({ length: WEIGHTS[kind] }, () => kind));
  const faults: PlannedFault[] = [];
  const busyUntil = new Map<string, number>();
  let atMs = START_MS;
  while (atMs < options.durationMs) {
    const kind = pick(random, bag, 'kill service');
    const fault = { atMs, kind, ...drawFault(kind, random, options.workers) };
    const isOver = atMs + fault.durationMs <= options.durationMs;
    if (isOver && (busyUntil.get(fault.target) ?? 0) <= atMs) {
      faults.push(fault);
      busyUntil.set(fault.target, atMs + fault.durationMs);
    }
    atMs += randomInteger(random, GAP_MS.low, GAP_MS.high);
  }
  return { enabled, faults };
}

/** Dead or paused workers are what the promises are about: each seed has one of the two. */
function drawKinds(random: Random): FaultKind[] {
  const first = pick<FaultKind>(random, ['kill service', 'pause worker'], 'kill service');
  const others = FAULT_KINDS.filter((kind) => kind !== first);
  const count = randomInteger(random, MIN_ENABLED, FAULT_KINDS.length);
  const ranked = others.map((kind) => ({ kind, rank: random() }));
  const drawn = ranked.toSorted((a, b) => a.rank - b.rank).slice(0, count - 1);
  return [first, ...drawn.map(({ kind }) => kind)];
}

type Draw = Pick<PlannedFault, 'durationMs' | 'target' | 'trouble'>;

function drawFault(kind: FaultKind, random: Random, workers: number): Draw {
  const lasting = (low: number, high: number): number => randomInteger(random, low, high);
  const services = serviceNames(workers);
  const workerNames = services.filter((name) => name.startsWith('worker'));
  const stop = { kind: 'signal', signal: 'SIGSTOP' } as const;
  switch (kind) {
    case 'kill service': {
      const target = pick(random, [...services, ...workerNames], 'worker-1');
      return { target, durationMs: 1_500, trouble: { kind: 'signal', signal: 'SIGKILL' } };
    }
    case 'pause worker': {
      const durationMs = lasting(PAST_LOCK_MS.low, PAST_LOCK_MS.high);
      return { target: pick(random, workerNames, 'worker-1'), durationMs, trouble: stop };
    }
    case 'pause service':
      return {
        target: pick(random, services, 'router'),
        durationMs: lasting(300, 4_000),
        trouble: stop,
      };
    case 'kill redis':
    case 'kill nats': {
      const target = kind === 'kill redis' ? 'redis' : 'nats';
      const trouble = { kind: 'broker', signal: 'SIGKILL' } as const;
      return { target, durationMs: lasting(50, 4_000), trouble };
    }
    case 'pause broker': {
      const target = pick(random, ['redis', 'nats'], 'nats');
      const trouble = { kind: 'broker', signal: 'SIGSTOP' } as const;
      return { target, durationMs: lasting(300, 4_000), trouble };
    }
    case 'broker link':
      return { target: pick(random, linkNames(workers), 'worker-1-nats'), ...drawLink(random) };
    case 'provider link':
      return { target: 'workers-sandbox', ...drawLink(random) };
    case 'provider': {
      const trouble = { kind: 'provider', faults: [drawProviderFault(random)] } as const;
      return { target: 'sandbox', durationMs: lasting(2_000, 7_000), trouble };
    }
  }
}

function drawLink(random: Random): Pick<PlannedFault, 'durationMs' | 'trouble'> {
  const faults: readonly LinkTrouble[] = [
    { kind: 'latency', ms: randomInteger(random, 20, 400) },
    { kind: 'black-hole' },
    { kind: 'black-hole' },
    { kind: 'slice', bytes: randomInteger(random, 1, 60) },
    { kind: 'drip', bytesPerSecond: randomInteger(random, 2_000, 20_000) },
    { kind: 'reset' },
    { kind: 'reset' },
    { kind: 'refuse' },
  ];
  const fault = pick<LinkTrouble>(random, faults, { kind: 'reset' });
  const sides = pick(random, ['up', 'down', 'both', 'both'] as const, 'both');
  const durationMs = fault.kind === 'reset' ? 100 : randomInteger(random, 1_000, 10_000);
  return { durationMs, trouble: { kind: 'link', fault, sides } };
}

/** Mostly of one provider, so that the others can be failed over to. */
function drawProviderFault(random: Random): object {
  const faults: readonly object[] = [
    { fault: 'status', status: 429 },
    { fault: 'status', status: 500 },
    { fault: 'status', status: 503 },
    { fault: 'overloaded' },
    { fault: 'reset', at: randomInteger(random, 0, 20) },
    { fault: 'end', at: randomInteger(random, 0, 20) },
    { fault: 'stall', at: randomInteger(random, 0, 20) },
    { fault: 'garbage', at: randomInteger(random, 0, 10) },
    { fault: 'black-hole' },
    { fault: 'html' },
  ];
  const fault = pick(random, faults, { fault: 'status' });
  return random() < 0.8 ? { ...fault, provider: 'openai' } : fault;
}
