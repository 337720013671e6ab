import type { Capability } from '../../../shared/contracts/config/config.ts';
import type { JobRequest, Message } from '../../../shared/contracts/http/job-request.ts';
import { estimateTokens } from '../../../shared/core/usage.ts';

/** What the policy needs to know of a request. */
export interface RequestFeatures {
  /** Estimated from the characters. */
  readonly inputTokens: number;
  readonly expectedOutputTokens: number;
  /** The bound that the request names, if any. */
  readonly maxOutputTokens?: number;
  readonly needs: readonly Capability[];
}

/** Expected answer where the request gives no smaller bound: the middle of what chat answers take. */
const TYPICAL_OUTPUT_TOKENS = 400;

/** What an image costs, roughly; providers differ from 85 to 2,500. */
const TOKENS_PER_IMAGE = 1_000;

export function readFeatures(request: JobRequest): RequestFeatures {
  let characters = JSON.stringify(request.tools ?? '').length;
  let images = 0;
  for (const message of request.messages) {
    for (const part of partsOf(message)) {
      if (part.type === 'text') characters += part.text.length;
      else images += 1;
    }
  }
  const { maxTokens } = request;
  return {
    inputTokens: estimateTokens(characters) + images * TOKENS_PER_IMAGE,
    expectedOutputTokens: Math.min(maxTokens ?? TYPICAL_OUTPUT_TOKENS, TYPICAL_OUTPUT_TOKENS),
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    needs: readNeeds(request, images > 0),
  };
}

function readNeeds(request: JobRequest, hasImages: boolean): Capability[] {
  const format = request.responseFormat?.type ?? 'text';
  const needs: readonly (readonly [Capability, boolean])[] = [
    ['tools', (request.tools?.length ?? 0) > 0],
    ['json', format !== 'text'],
    ['images', hasImages],
    ['reasoning', wantsReasoning(request)],
  ];
  return needs.filter(([, isNeeded]) => isNeeded).map(([capability]) => capability);
}

function wantsReasoning({ reasoning }: JobRequest): boolean {
  const { effort = 'none', budgetTokens = 0 } = reasoning ?? {};
  return effort !== 'none' || budgetTokens > 0;
}

function partsOf(message: Message) {
  const { content } = message;
  if (content === undefined) return [];
  return typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
}
