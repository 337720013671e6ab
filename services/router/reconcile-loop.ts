import { RECONCILE_START, type ReconcileDependencies, reconcile } from './reconcile.ts';

const LEASE = 'reconciler';
const LEASE_MS = 10_000;
const ROUND_EVERY_MS = 2_000;

/** Runs reconcile rounds in one router of the fleet: the holder of a lease that a dead holder loses by itself. */
export class ReconcileLoop {
  readonly #dependencies: ReconcileDependencies;
  readonly #timer: NodeJS.Timeout;
  #progress = RECONCILE_START;
  #round: Promise<void> | undefined;

  constructor(dependencies: ReconcileDependencies) {
    this.#dependencies = dependencies;
    this.#timer = setInterval(() => {
      this.#round ??= this.#runRound();
    }, ROUND_EVERY_MS);
  }

  /** Starts no more rounds and waits for the one under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  async #runRound(): Promise<void> {
    const { store, instanceId, logger } = this.#dependencies;
    try {
      const isLeader = await store.holdLease(LEASE, instanceId, LEASE_MS);
      this.#progress = isLeader
        ? await reconcile(this.#dependencies, this.#progress)
        : RECONCILE_START;
    } catch (error: unknown) {
      // A broker is away: the next round finds the same work.
      logger.warn({ error: String(error) }, 'a reconcile round failed');
    } finally {
      this.#round = undefined;
    }
  }
}
