import type { FinishReason } from '../../../core/finish-reason.ts';
import { type JsonRecord, readRecord, readText } from '../http/json.ts';

/** What the output held. */
export interface OutputReading {
  readonly hasToolCalls: boolean;
  /** The model declined in a refusal part, which comes with a plain `completed`. */
  readonly hasRefusal: boolean;
}

const INCOMPLETE_REASONS = new Map<string, FinishReason>([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content_filter'],
]);

/** Why a response that is `completed` or `incomplete` ended. An unknown reason to be incomplete is an `error`. */
export function readFinishReason(
  status: 'completed' | 'incomplete',
  response: JsonRecord | undefined,
  { hasToolCalls, hasRefusal }: OutputReading,
): FinishReason {
  if (status === 'incomplete') {
    const reason = readText(readRecord(response, 'incomplete_details'), 'reason');
    return INCOMPLETE_REASONS.get(reason ?? '') ?? 'error';
  }
  if (hasToolCalls) return 'tool_calls';
  return hasRefusal ? 'content_filter' : 'stop';
}
