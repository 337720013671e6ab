import { z } from 'zod';
import { jobEntrySchema, OUTCOMES, usageSchema } from '../../shared/contracts/events/job-entry.ts';
import { jobResultSchema } from '../../shared/contracts/events/job-result.ts';

/**
 * What a chaos run leaves behind: written by witnesses outside the system, read by the checker, which never asks the
 * system whether it is right. All times are epoch ms of this machine.
 */
const at = z.number();
const jobId = z.string();
const tag = z.string();

/** How a client talks to Switchyard. */
export const WAYS = ['socket', 'sse', 'batch', 'chat', 'chat-whole'] as const;

/** One line of a client's own record. */
export const clientLineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('submit'),
    at,
    /** Names the job in the prompt, and so in the sandbox's record. */
    tag,
    way: z.enum(WAYS),
    /** Absent: a repeat would be another job. */
    key: z.string().optional(),
    /** Tokens of a whole answer. */
    tokens: z.number(),
    deadlineMs: z.number(),
    /** Submitted after all faults were healed: it has to complete. */
    isProbe: z.boolean(),
  }),
  z.object({ kind: z.literal('ack'), at, tag, jobId }),
  /** `status` absent: no answer came, so the job may exist. */
  z.object({ kind: z.literal('refused'), at, tag, status: z.number().optional() }),
  z.object({ kind: z.literal('open'), at, jobId, connection: z.number(), after: z.number() }),
  z.object({
    kind: z.literal('frame'),
    at,
    jobId,
    connection: z.number(),
    entry: jobEntrySchema,
  }),
  z.object({ kind: z.literal('disconnect'), at, jobId, connection: z.number(), why: z.string() }),
  z.object({ kind: z.literal('view'), at, jobId, status: z.string(), text: z.string().optional() }),
  z.object({
    kind: z.literal('chat'),
    at,
    jobId,
    text: z.string(),
    /** `done`: with the end marker of OpenAI's format, or a whole answer. */
    end: z.enum(['done', 'error', 'cut']),
  }),
  z.object({ kind: z.literal('cancelled'), at, jobId, status: z.string() }),
]);

export const logLineSchema = z.object({
  /** Of the stream. */
  sequence: z.number(),
  storedAt: at,
  jobId,
  /** The fence that the append carried. */
  expected: z.number().optional(),
  messageId: z.string().optional(),
  /** Of the stored bytes. */
  hash: z.string(),
  entry: jobEntrySchema,
});

/** An append as it was tried, seen on the wire before the log decided about it. */
export const publishLineSchema = z.object({
  at,
  jobId,
  expected: z.number().optional(),
  messageId: z.string().optional(),
  hash: z.string(),
});

export const callLineSchema = z.object({
  number: z.number(),
  model: z.string(),
  tag: tag.optional(),
  /** A call without streaming counts its whole answer as one delta. */
  stream: z.boolean(),
  fault: z.string().optional(),
  startedAt: at,
  deltasSent: z.number(),
  endedHow: z.enum(['complete', 'client-closed', 'fault']).optional(),
  endedAt: at.optional(),
});

export const ledgerLineSchema = z.object({
  day: z.string(),
  jobId,
  row: z.object({
    costNanoUsd: z.number(),
    usage: usageSchema.optional(),
    deployment: z.string().optional(),
    outcome: z.enum(OUTCOMES),
  }),
});

export const actionLineSchema = z.object({
  kind: z.string(),
  target: z.string(),
  detail: z.string(),
  at,
  /** When the fault was healed, or what was killed was there again. */
  endedAt: at,
});

export const runSchema = z.object({
  seed: z.number(),
  /** Kinds of fault that this seed enabled. */
  enabled: z.array(z.string()),
  startedAt: at,
  healedAt: at,
  endedAt: at,
});

export const recordingSchemas = {
  log: logLineSchema,
  publishes: publishLineSchema,
  calls: callLineSchema,
  ledger: ledgerLineSchema,
  results: jobResultSchema,
  actions: actionLineSchema,
} as const;

export type ClientLine = z.infer<typeof clientLineSchema>;
export type ClientLineOf<K extends ClientLine['kind']> = Extract<ClientLine, { kind: K }>;
export type Way = (typeof WAYS)[number];
export type LogLine = z.infer<typeof logLineSchema>;
export type PublishLine = z.infer<typeof publishLineSchema>;
export type CallLine = z.infer<typeof callLineSchema>;
export type LedgerLine = z.infer<typeof ledgerLineSchema>;
export type ActionLine = z.infer<typeof actionLineSchema>;
export type Run = z.infer<typeof runSchema>;

export interface Recording {
  readonly run: Run;
  /** One list a client, in the order in which it saw things. */
  readonly clients: readonly (readonly ClientLine[])[];
  /** In the order of the stream. */
  readonly log: readonly LogLine[];
  readonly publishes: readonly PublishLine[];
  readonly calls: readonly CallLine[];
  readonly ledger: readonly LedgerLine[];
  readonly results: readonly z.infer<typeof jobResultSchema>[];
  readonly actions: readonly ActionLine[];
}
