import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type JobEntry, jobEntrySchema } from '../../shared/contracts/events/job-entry.ts';
import { type JobResult, jobResultSchema } from '../../shared/contracts/events/job-result.ts';
import {
  JOBLOG_STREAM,
  jobRefOfSubject,
  RESULTS_STREAM,
} from '../../shared/contracts/nats-subjects.ts';

interface StoredMessage {
  readonly jobId: string;
  readonly json: unknown;
}

/** Every log entry in the store, by job, in the order of the stream: read past our own code, by sequence. */
export async function readAllLogs(natsUrl: string): Promise<Map<string, JobEntry[]>> {
  const logs = new Map<string, JobEntry[]>();
  for (const { jobId, json } of await readStream(natsUrl, JOBLOG_STREAM)) {
    const entries = logs.get(jobId) ?? [];
    entries.push(jobEntrySchema.parse(json));
    logs.set(jobId, entries);
  }
  return logs;
}

/** Every result message in the store, oldest first. */
export async function readAllResults(natsUrl: string): Promise<JobResult[]> {
  const messages = await readStream(natsUrl, RESULTS_STREAM);
  return messages.map(({ json }) => jobResultSchema.parse(json));
}

async function readStream(natsUrl: string, stream: string): Promise<StoredMessage[]> {
  const connection = await connect({ servers: natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info(stream);
    const messages: StoredMessage[] = [];
    for (let sequence = state.first_seq; sequence <= state.last_seq; sequence += 1) {
      if (sequence === 0) continue;
      const message = await manager.streams.getMessage(stream, { seq: sequence });
      if (message === null) continue;
      const { jobId } = jobRefOfSubject(message.subject);
      messages.push({ jobId, json: message.json<unknown>() });
    }
    return messages;
  } finally {
    await connection.close();
  }
}
