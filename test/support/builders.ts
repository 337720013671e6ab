import { randomUUID } from 'node:crypto';
import { type Catalogue, compileCatalogue } from '../../shared/contracts/config/catalogue.ts';
import { configSchema } from '../../shared/contracts/config/config.ts';
import type {
  DeltaPart,
  JobEntry,
  TerminalEntry,
} from '../../shared/contracts/events/job-entry.ts';
import type { JobResult } from '../../shared/contracts/events/job-result.ts';
import { type JobRequest, jobRequestSchema } from '../../shared/contracts/http/job-request.ts';
import { type FailureClass, makeFailure } from '../../shared/core/failure.ts';
import { type JobRef, makeJobId } from '../../shared/core/ids.ts';
import type { AcceptCommand, JobRecord } from '../../shared/ports/job-store.ts';

/** When the jobs of the tests are accepted, epoch ms. */
export const ACCEPTED_AT_MS = Date.parse('2026-11-22T12:00:00Z');

/** A job of a tenant that no other test has. */
export function newRef(tenantId = `t${randomUUID()}`): JobRef {
  return { tenantId, jobId: makeJobId(Date.now(), randomUUID) };
}

export function aRequest(overrides: Partial<JobRequest> = {}): JobRequest {
  return jobRequestSchema.parse({
    model: 'auto',
    messages: [{ role: 'user', content: 'Why is the sky blue?' }],
    ...overrides,
  });
}

export function aRecord(ref: JobRef, overrides: Partial<JobRecord> = {}): JobRecord {
  return {
    ref,
    request: aRequest(),
    keyId: 'key-1',
    priority: 'interactive',
    acceptedAtMs: ACCEPTED_AT_MS,
    deadlineAtMs: ACCEPTED_AT_MS + 600_000,
    acceptedSequence: 1,
    ...overrides,
  };
}

export function anAcceptCommand(
  ref: JobRef,
  overrides: Partial<AcceptCommand> = {},
): AcceptCommand {
  return {
    ref,
    keyId: 'key-1',
    request: aRequest(),
    priority: 'interactive',
    deadlineMs: 600_000,
    ...overrides,
  };
}

export function aResult({ jobId }: JobRef, overrides: Partial<JobResult> = {}): JobResult {
  return { jobId, status: 'completed', deployment: 'one/a', costNanoUsd: 5, ...overrides };
}

/** A compiled configuration; `deployments` and the other parts are as in the document. */
export function aCatalogue(document: Readonly<Record<string, unknown>>): Catalogue {
  const base = { providers: [aProvider('one'), aProvider('two')] };
  const compiled = compileCatalogue(configSchema.parse({ ...base, ...document }));
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.value;
}

export function aProvider(id: string) {
  return { id, kind: 'openai-compatible', baseUrl: 'http://127.0.0.1:9' };
}

/** Entries of a log; each test numbers them itself. */
export function accepted(ref: JobRef, seq = 1): JobEntry {
  return { type: 'accepted', seq, at: ACCEPTED_AT_MS, jobId: ref.jobId, configVersion: 'v1' };
}

export function attempt(seq: number, number = 1, deployment = 'one/model'): JobEntry {
  return {
    type: 'attempt',
    seq,
    at: ACCEPTED_AT_MS + seq,
    attempt: number,
    deployment,
    requestModel: 'model',
    reason: 'because',
  };
}

export function delta(seq: number, parts: string | DeltaPart[], number = 1): JobEntry {
  const list = typeof parts === 'string' ? [{ type: 'text' as const, text: parts }] : parts;
  return { type: 'delta', seq, attempt: number, parts: list };
}

export function failed(seq: number, failureClass: FailureClass = 'server', number = 1): JobEntry {
  const failure = makeFailure(failureClass, 'it broke');
  return { type: 'failed', seq, at: ACCEPTED_AT_MS + seq, attempt: number, failure };
}

export function terminal(seq: number, overrides: Partial<TerminalEntry> = {}): TerminalEntry {
  return {
    type: 'terminal',
    seq,
    at: ACCEPTED_AT_MS + seq,
    attempt: 1,
    outcome: 'completed',
    finishReason: 'stop',
    usage: { inputTokens: 10, outputTokens: 20 },
    costNanoUsd: 1_234,
    ...overrides,
  };
}
