import type { CancelReply, SubmitReply } from '../contracts/rpc/intake-rpc.ts';
import type { JobRef } from '../core/ids.ts';
import type { Principal } from './api-key-store.ts';

/** Which schema a body is judged by. */
export type Door = 'job' | 'openai';

/** A client's request as it came to the edge: intake alone parses and judges it. */
export interface Submission {
  readonly principal: Principal;
  readonly door: Door;
  readonly body: Uint8Array;
  /** Chosen by the edge, so that it can listen before the first entry exists. */
  readonly jobId: string;
  readonly idempotencyKey?: string;
  /** The `x-switchyard-*` headers without their prefix. */
  readonly options: Readonly<Record<string, string>>;
}

/** Intake as the edge sees it. An intake that does not answer in time is a problem `unavailable`, not an exception. */
export interface IntakeClient {
  submit(submission: Submission): Promise<SubmitReply>;
  cancel(ref: JobRef): Promise<CancelReply>;
  /** Largest body that reaches intake, bytes. */
  readonly maxBodyBytes: number;
}
