import type { JobRequest, Message } from '../../../contracts/http/job-request.ts';
import { partsOf } from './content.ts';

/** What a request asks for, as statements that every family reads alike. */

/** The stop sequences, whichever way they were written; none where there are none. */
export function stopSequencesOf({ stop }: JobRequest): readonly string[] {
  if (stop === undefined) return [];
  return typeof stop === 'string' ? [stop] : stop;
}

/** The request names reasoning and does not switch it off. */
export function asksForReasoning({ reasoning }: JobRequest): boolean {
  const { effort, budgetTokens } = reasoning ?? {};
  if (effort === 'none' || budgetTokens === 0) return false;
  return effort !== undefined || budgetTokens !== undefined;
}

type Effort = NonNullable<NonNullable<JobRequest['reasoning']>['effort']>;

/** The effort asked for, for providers that have no budgets: one of 0 asks for no reasoning at all. */
export function effortOf({ reasoning }: JobRequest): Effort | undefined {
  return reasoning?.budgetTokens === 0 ? 'none' : reasoning?.effort;
}

/** Reasoning is bounded in tokens. A bound of 0 only switches it off, which needs no budget. */
export function hasReasoningBudget(request: JobRequest): boolean {
  return asksForReasoning(request) && request.reasoning?.budgetTokens !== undefined;
}

/** The answer must be JSON, with a schema or without. */
export function isBoundToJson({ responseFormat }: JobRequest): boolean {
  return responseFormat !== undefined && responseFormat.type !== 'text';
}

/** Tools that the model may call. */
export function hasTools({ tools, toolChoice }: JobRequest): boolean {
  return tools !== undefined && tools.length > 0 && toolChoice !== 'none';
}

/** The answer must be a call, of one tool or of any. */
export function forcesToolCall(request: JobRequest): boolean {
  const { toolChoice } = request;
  return hasTools(request) && (toolChoice === 'required' || typeof toolChoice === 'object');
}

/** At most one tool may be called at a time. */
export function forbidsParallelCalls(request: JobRequest): boolean {
  return hasTools(request) && request.parallelToolCalls === false;
}

/** The arguments of some tool must match its schema. */
export function hasStrictTools(request: JobRequest): boolean {
  return hasTools(request) && (request.tools ?? []).some(({ strict }) => strict === true);
}

/** A temperature or top-p that changes the answer: 1 is the default of both everywhere. */
export function setsSampling({ temperature, topP }: JobRequest): boolean {
  return (temperature ?? 1) !== 1 || (topP ?? 1) !== 1;
}

/** The addresses of the images in the messages of these roles. */
export function imageUrls(
  { messages }: JobRequest,
  roles: readonly Message['role'][],
): readonly string[] {
  return messages
    .filter(({ role }) => roles.includes(role))
    .flatMap(({ content }) => partsOf(content))
    .flatMap((part) => (part.type === 'image' ? [part.url] : []));
}
