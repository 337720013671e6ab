import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';

const BATCH_TIMEOUT_MS = 60_000;

const verdictSchema = z.union([
  z.object({ line: z.number(), jobId: z.string() }),
  z.object({ line: z.number(), problem: z.object({ title: z.string() }) }),
]);

/** Where a service is and who asks. */
export interface Door {
  readonly url: string;
  readonly apiKey: string;
}

export interface BatchOptions {
  readonly signal: AbortSignal;
  /** Told of each job as its verdict comes; `count` is how many there are by then. */
  readonly onAccepted: (count: number) => void;
}

/**
 * Sends job requests, one a line, and answers with the ids of the accepted jobs in the same order. A refused
 * line is an Error: the demo's prompts are all valid.
 */
export async function submitBatch(
  { url, apiKey }: Door,
  ndjson: string,
  { signal, onAccepted }: BatchOptions,
): Promise<readonly string[]> {
  const response = await fetch(`${url}/v1/jobs/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' },
    body: ndjson,
    signal: AbortSignal.any([signal, AbortSignal.timeout(BATCH_TIMEOUT_MS)]),
  });
  if (!response.ok || response.body === null) {
    throw new Error(`intake answered the batch with status ${String(response.status)}`);
  }
  const jobIds: string[] = [];
  for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
    if (line === '') continue;
    const verdict = verdictSchema.parse(JSON.parse(line));
    if (!('jobId' in verdict)) {
      throw new Error(`prompt ${String(verdict.line)} was refused: ${verdict.problem.title}`);
    }
    jobIds.push(verdict.jobId);
    onAccepted(jobIds.length);
  }
  return jobIds;
}
