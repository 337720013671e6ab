import type { Failure, FailureClass } from '../../../core/failure.ts';
import { isRecord, type JsonRecord, readList, readRecord, readText } from '../http/json.ts';
import type { ErrorReply } from '../http/provider-api.ts';
import { readFailure } from '../openai-compatible/failure.ts';

/**
 * Types and their numbers, which come as text. A model at its capacity (3505) is a throttle of that one model, as
 * wire-formats.md section 0 has it: worth a retry and a failover, no sign against the provider.
 */
const CODE_CLASSES = new Map<string, FailureClass>([
  ['invalid_model', 'not_found'],
  ['1500', 'not_found'],
  ['rate_limited', 'rate_limit'],
  ['1300', 'rate_limit'],
  ['service_tier_capacity_exceeded', 'rate_limit'],
  ['3505', 'rate_limit'],
]);

/** Reads an error answer; those of the validation list what is wrong with each field instead of saying it in a text. */
export function readMistralFailure(reply: ErrorReply): Failure {
  return readFailure({ ...reply, body: withMessageText(reply.body) }, CODE_CLASSES);
}

function withMessageText(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const complaints = [
    ...readList(body, 'detail'),
    ...readList(readRecord(body, 'message'), 'detail'),
  ].filter(isRecord);
  return complaints.length === 0
    ? body
    : { ...body, message: complaints.map(describeComplaint).join('; ') };
}

/** The place and the words, not the `input` that stands beside them: it repeats the prompt. */
function describeComplaint(complaint: JsonRecord): string {
  const place = readList(complaint, 'loc')
    .filter((step) => typeof step === 'string' || typeof step === 'number')
    .join('.');
  return [place, readText(complaint, 'msg') ?? 'is not valid']
    .filter((word) => word !== '')
    .join(': ');
}
