import { z } from 'zod';
import { faultSchema } from './faults.ts';
import { paceSchema } from './pace.ts';

const MAX_RULES = 1_000;

/**
 * What a running sandbox can be told, at the start or by `POST /control`. A part that is left out stays as it is; a part
 * that is given replaces the one before.
 */
export const settingsSchema = z.strictObject({
  /** For every model. */
  pace: paceSchema.optional(),
  /** By model; wins over `pace`. */
  models: z.record(z.string().max(256), paceSchema).optional(),
  /** Tried in order, after those of the request's own directives. An empty list ends all faults. */
  faults: z.array(faultSchema).max(MAX_RULES).optional(),
  /** `oracle`: answers are numbered tokens `<model>.<call>.<n> ` that show a gap, a repetition or a splice. */
  text: z.enum(['oracle', 'prose']).optional(),
});

export type SandboxSettings = z.infer<typeof settingsSchema>;

/** `reset: true` first brings back the settings of the start and forgets ended calls, totals and counted faults. */
export const controlSchema = settingsSchema.extend({ reset: z.literal(true).optional() });

/** Lays `changes` over `before`, part by part. */
export function changeSettings(before: SandboxSettings, changes: SandboxSettings): SandboxSettings {
  const { pace, models, faults, text } = changes;
  return {
    ...before,
    ...(pace === undefined ? {} : { pace }),
    ...(models === undefined ? {} : { models }),
    ...(faults === undefined ? {} : { faults }),
    ...(text === undefined ? {} : { text }),
  };
}
