import type { ActionLine, CallLine, ClientLineOf } from './recording.ts';
import { isKind, type RecordingIndex } from './recording-index.ts';
import type { Violation } from './violation.ts';

/** I11's bound where the provider is silent, doubled for two shared cores. */
const QUIET_LIMIT_MS = 5_000;

/** Under a fault: the longest pause of a worker, the lock and the queue's check. */
const FAULT_LIMIT_MS = 25_000;

/** A fault counts if it was under way this long before the cancel, or began so soon after it. */
const NEAR_MS = 10_000;

/** I11: a cancel that was answered ends the job as it says, and its calls. */
export function checkCancels(index: RecordingIndex): Violation[] {
  const cancels = index.recording.clients.flat().filter(isKind('cancelled'));
  return cancels.flatMap((cancel) => [
    ...checkOutcome(index, cancel),
    ...callsAfter(index, cancel).flatMap(({ call, afterMs }) => {
      const limit = isNearFault(cancel.at, index.recording.actions)
        ? FAULT_LIMIT_MS
        : QUIET_LIMIT_MS;
      if (afterMs <= limit) return [];
      const detail = `call ${String(call.number)} was open ${String(afterMs)} ms after the cancel`;
      return [{ invariant: 'I11', subject: cancel.jobId, detail } satisfies Violation];
    }),
  ]);
}

/** For each provider call of a cancelled job: how long after the answer to the cancel it was still open, ms. */
export function cancelLatencies(index: RecordingIndex): number[] {
  const cancels = index.recording.clients.flat().filter(isKind('cancelled'));
  return cancels
    .filter((cancel) => cancel.status === 'cancelled')
    .flatMap((cancel) => callsAfter(index, cancel).map(({ afterMs }) => afterMs));
}

function callsAfter(
  { jobs, callsByTag, recording }: RecordingIndex,
  { jobId, at }: ClientLineOf<'cancelled'>,
): { readonly call: CallLine; readonly afterMs: number }[] {
  const calls = callsByTag.get(jobs.get(jobId)?.submission?.tag ?? '') ?? [];
  return calls.map((call) => ({
    call,
    afterMs: Math.max(0, (call.endedAt ?? recording.run.endedAt) - at),
  }));
}

function checkOutcome(
  { jobs }: RecordingIndex,
  { jobId, status }: ClientLineOf<'cancelled'>,
): Violation[] {
  const outcome = jobs.get(jobId)?.terminal?.outcome;
  if (outcome === status) return [];
  const detail = `the cancel was answered with ${status}, the log says ${outcome ?? 'nothing'}`;
  return [{ invariant: 'I11', subject: jobId, detail }];
}

function isNearFault(at: number, actions: readonly ActionLine[]): boolean {
  return actions.some((action) => action.at - NEAR_MS <= at && at <= action.endedAt + NEAR_MS);
}
