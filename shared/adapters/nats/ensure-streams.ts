import {
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { JOBLOG_STREAM, natsSubjects, RESULTS_STREAM } from '../../contracts/nats-subjects.ts';

const HOUR_MS = 3_600_000;

/** A repeated append or result is known as one for this long. */
const DUPLICATE_WINDOW_MS = 120_000;

/** A runaway guard: more entries than this a job are refused. */
const MAX_ENTRIES_PER_JOB = 100_000;

export interface StreamLimits {
  readonly logHours: number;
  readonly logMaxBytes: number;
  readonly resultHours: number;
  readonly resultMaxBytes: number;
  /** Copies of each stream in a NATS cluster; 1 on a single server. */
  readonly replicas: number;
}

/**
 * Creates both streams, or brings them to the configured limits. The log refuses new entries when full, because a lost
 * entry is a lost promise; results push out the oldest, because the job view has them too. File storage: memory streams
 * scan linearly on NATS 2.9 (infra.md 2.5).
 */
export async function ensureStreams(
  connection: NatsConnection,
  limits: StreamLimits,
): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: 5_000 });
  const shared = {
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: limits.replicas,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    allow_direct: true,
  };
  const streams: StreamConfigToEnsure[] = [
    {
      ...shared,
      name: JOBLOG_STREAM,
      subjects: [natsSubjects.allLogs],
      discard: DiscardPolicy.New,
      max_age: nanos(limits.logHours * HOUR_MS),
      max_bytes: limits.logMaxBytes,
      max_msgs_per_subject: MAX_ENTRIES_PER_JOB,
      discard_new_per_subject: true,
      republish: { src: natsSubjects.republishFrom, dest: natsSubjects.republishTo },
    },
    {
      ...shared,
      name: RESULTS_STREAM,
      subjects: [natsSubjects.allResults],
      discard: DiscardPolicy.Old,
      max_age: nanos(limits.resultHours * HOUR_MS),
      max_bytes: limits.resultMaxBytes,
    },
  ];
  for (const config of streams) {
    const exists = await manager.streams.info(config.name).then(
      () => true,
      () => false,
    );
    if (exists) await manager.streams.update(config.name, config);
    else await manager.streams.add(config);
  }
}

type StreamConfigToEnsure = Partial<StreamConfig> & { readonly name: string };
