import type { Capability } from '../../../shared/contracts/config/config.ts';
import type { JobRequest, Message } from '../../../shared/contracts/http/job-request.ts';
import { estimateInputTokens, expectedOutputTokens } from '../../../shared/jobs/expected-tokens.ts';

/** What the policy needs to know of a request. */
export interface RequestFeatures {
  /** Estimated from the characters. */
  readonly inputTokens: number;
  readonly expectedOutputTokens: number;
  /** The bound that the request names, if any. */
  readonly maxOutputTokens?: number;
  readonly needs: readonly Capability[];
}

export function readFeatures(request: JobRequest): RequestFeatures {
  const { maxTokens } = request;
  return {
    inputTokens: estimateInputTokens(request),
    expectedOutputTokens: expectedOutputTokens(request),
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    needs: readNeeds(request),
  };
}

function readNeeds(request: JobRequest): Capability[] {
  const format = request.responseFormat?.type ?? 'text';
  const needs: readonly (readonly [Capability, boolean])[] = [
    ['tools', (request.tools?.length ?? 0) > 0],
    ['json', format !== 'text'],
    ['images', request.messages.some(hasImage)],
    ['reasoning', wantsReasoning(request)],
  ];
  return needs.filter(([, isNeeded]) => isNeeded).map(([capability]) => capability);
}

function wantsReasoning({ reasoning }: JobRequest): boolean {
  const { effort = 'none', budgetTokens = 0 } = reasoning ?? {};
  return effort !== 'none' || budgetTokens > 0;
}

function hasImage({ content }: Message): boolean {
  return Array.isArray(content) && content.some((part) => part.type === 'image');
}
