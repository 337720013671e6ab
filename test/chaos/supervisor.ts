import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick, promptHash, randomFrom } from '../../infra/sandbox/random.ts';
import { ChaosClient, type ClientSurroundings } from './chaos-client.ts';
import { type ChaosSystem, startChaosSystem } from './chaos-system.ts';
import { countOpenJobs, dumpLedger } from './dump-ledger.ts';
import { type FaultKind, type FaultPlan, planFaults } from './fault-plan.ts';
import { describeTrouble, inflict } from './inflict.ts';
import { dumpLog, dumpResults, tailPublishes } from './log-witness.ts';
import type { ActionLine } from './recording.ts';
import { JsonLines, writeLines, writeRun } from './recording-files.ts';
import { PROBES, SCENARIOS, streamOnSocket } from './scenarios.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** How long there are faults; the quiet after them comes on top. */
  readonly durationMs: number;
  readonly workers: number;
  readonly clients: number;
  /** Of every job. */
  readonly deadlineMs: number;
  /** Default: those that the seed draws. */
  readonly kinds?: readonly FaultKind[];
  /** Where the recording goes. */
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** A killed process that waits its longest to be started again, on two busy cores. */
const READY_WITHIN_MS = 40_000;

/** After the last deadline: the grace of I1, and a margin. */
const LAST_WAIT_MS = 45_000;

/** Nothing counts as recovery in the first moment after healing. */
const BREATH_MS = 2_000;

const LOOK_EVERY_MS = 500;

/** The sandbox remembers its last 20,000 calls. */
const COLLECT_EVERY_MS = 30_000;

const TENANT = 'default';

/** Runs the system under load and faults, lets it heal, and leaves a recording in the folder. */
export async function runChaos(options: ChaosOptions): Promise<void> {
  const { folder, workers, seed, durationMs, say } = options;
  await mkdir(folder, { recursive: true });
  const plan = planFaults(options);
  say(`seed ${String(seed)}: ${plan.enabled.join(', ')}; ${String(plan.faults.length)} faults`);
  const system = await startChaosSystem({ workers, logDir: folder, say });
  const publishes = new JsonLines(folder, 'publishes');
  const tail = await tailPublishes(system.brokers.natsUrl, publishes);
  const collecting = setInterval(() => {
    // One look more or less: the last one, at the end, is awaited.
    system.sandbox.collectCalls().catch((error: unknown) => say(String(error)));
  }, COLLECT_EVERY_MS);
  try {
    const startedAt = Date.now();
    const crowd = new Crowd(options, system);
    const load = crowd.run(durationMs);
    const actions = await carryOut(system, plan, say);
    await healAll(system);
    await load.untilTheFaultsEnd;
    const healedAt = Date.now();
    say('healed; waiting for all jobs to end');
    await waitUntilReady(system);
    crowd.endAt(Date.now() + options.deadlineMs + LAST_WAIT_MS);
    await Promise.all([load.ended, crowd.probe()]);
    await waitUntilSettled(system, crowd);
    await crowd.close();
    await writeLines(folder, 'actions', actions);
    await writeLines(folder, 'calls', await system.sandbox.collectCalls());
    await writeLines(folder, 'log', await dumpLog(system.brokers.natsUrl));
    await writeLines(folder, 'results', await dumpResults(system.brokers.natsUrl));
    await writeLines(folder, 'ledger', await dumpLedger(system.brokers.redisUrl, TENANT));
    const { enabled } = plan;
    await writeRun(folder, {
      seed,
      enabled: [...enabled],
      startedAt,
      healedAt,
      endedAt: Date.now(),
    });
  } finally {
    clearInterval(collecting);
    await tail.stop();
    await publishes.close();
    await system.stop();
  }
}

/** All clients of a run, each with a file of its own. */
class Crowd {
  readonly #options: ChaosOptions;
  readonly #surroundings: ClientSurroundings;
  readonly #files: JsonLines[] = [];
  #endsAt = Number.POSITIVE_INFINITY;

  constructor(options: ChaosOptions, { fleet, apiKey }: ChaosSystem) {
    this.#options = options;
    this.#surroundings = {
      intakeUrl: fleet.intake.url,
      edgeUrl: fleet.edge.url,
      apiKey,
      deadlineMs: options.deadlineMs,
      isOver: () => Date.now() >= this.#endsAt,
    };
  }

  get isOver(): boolean {
    return this.#surroundings.isOver();
  }

  /** Nobody waits for anything after this. */
  endAt(endsAt: number): void {
    this.#endsAt = endsAt;
  }

  run(durationMs: number): {
    readonly ended: Promise<unknown>;
    readonly untilTheFaultsEnd: Promise<void>;
  } {
    const stopsAt = Date.now() + durationMs;
    const ended = Promise.all(
      Array.from({ length: this.#options.clients }, (_, index) =>
        this.#work(this.#client(`c${String(index)}`, false), stopsAt),
      ),
    );
    return { ended, untilTheFaultsEnd: sleep(durationMs) };
  }

  async probe(): Promise<void> {
    await Promise.all(
      PROBES.map((scenario, index) => scenario(this.#client(`p${String(index)}`, true))),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }

  async #work(client: ChaosClient, stopsAt: number): Promise<void> {
    while (Date.now() < stopsAt) {
      await pick(client.random, SCENARIOS, streamOnSocket)(client);
      await client.rest();
    }
  }

  #client(name: string, isProbe: boolean): ChaosClient {
    const file = new JsonLines(this.#options.folder, `client-${name}`);
    this.#files.push(file);
    return new ChaosClient({
      name,
      surroundings: this.#surroundings,
      random: randomFrom(promptHash(`${name} ${String(this.#options.seed)}`)),
      record: (line) => file.add(line),
      isProbe,
    });
  }
}

async function carryOut(
  system: ChaosSystem,
  { faults }: FaultPlan,
  say: (line: string) => void,
): Promise<ActionLine[]> {
  const startedAt = performance.now();
  const underWay = faults.map(async (fault): Promise<ActionLine> => {
    await sleep(Math.max(0, startedAt + fault.atMs - performance.now()));
    const { kind, target } = fault;
    const detail = describeTrouble(fault.trouble);
    const at = Date.now();
    say(`${String(Math.round(fault.atMs / 100) / 10).padStart(7)} s  ${target}: ${detail}`);
    await inflict(system, fault);
    return { kind, target, detail, at, endedAt: Date.now() };
  });
  return Promise.all(underWay);
}

/** Each fault heals itself; this is for those that met each other. */
async function healAll({ proxies, services, sandbox, brokers }: ChaosSystem): Promise<void> {
  for (const proxy of proxies.values()) proxy.heal();
  for (const service of services.values()) service.signal('SIGCONT');
  await sandbox.setFaults([]);
  await brokers.redis?.start();
  await brokers.nats?.start();
}

/** Waits for the front doors; a service that stays away shows in what the probes get. */
async function waitUntilReady({ fleet }: ChaosSystem): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  const doors = [fleet.intake.url, fleet.edge.url];
  await sleep(BREATH_MS);
  while (Date.now() < giveUpAt) {
    const answers = await Promise.all(doors.map(isReady));
    if (answers.every((answer) => answer)) return;
    await sleep(LOOK_EVERY_MS);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.timeout(LOOK_EVERY_MS * 4),
    });
    return response.ok;
  } catch {
    // Nobody listens there yet.
    return false;
  }
}

async function waitUntilSettled({ brokers }: ChaosSystem, crowd: Crowd): Promise<void> {
  while (!crowd.isOver && (await countOpenJobs(brokers.redisUrl)) > 0) await sleep(LOOK_EVERY_MS);
}
