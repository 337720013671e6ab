import type { ReasoningBlock, ReasoningDetail } from '../../../contracts/reasoning-detail.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { type JsonRecord, readText } from '../http/json.ts';

const FORMAT = 'openai-responses-v1';

/** OpenAI's models that reason; its chat models of the same series do not. */
const REASONING_MODEL = /(^|\/)(o\d|gpt-([5-9]|[1-9]\d)(?!.*chat))/;

/**
 * What to ask for beside the answer: nothing is kept at the provider, so reasoning has to travel with us, encrypted. Models
 * that do not reason refuse the question.
 */
export function toInclude({ request, requestModel }: ProviderCall): string[] | undefined {
  const { effort = 'none' } = request.reasoning ?? {};
  const isReasoning = effort !== 'none' || REASONING_MODEL.test(requestModel);
  return isReasoning ? ['reasoning.encrypted_content'] : undefined;
}

/** Where a reasoning item stood in an answer. */
export interface ItemPlace {
  /** The number of such items before it. */
  readonly index: number;
  /** The number of tool calls before it. */
  readonly toolCallCount: number;
}

/** A finished reasoning item as it is given back. Undefined: it is not encrypted, so there is nothing to give. */
export function readReasoningItem(
  item: JsonRecord,
  { index, toolCallCount }: ItemPlace,
): ReasoningBlock | undefined {
  const data = readText(item, 'encrypted_content');
  if (data === undefined) return undefined;
  const id = readText(item, 'id');
  return {
    index,
    format: FORMAT,
    ...(id === undefined ? {} : { id }),
    ...(toolCallCount === 0 ? {} : { position: toolCallCount }),
    data,
  };
}

/** The items that go back before the call of that number; what another provider made stays out. */
export function reasoningBefore(
  details: readonly ReasoningDetail[] | undefined,
  callNumber: number,
): unknown[] {
  if (details === undefined) return [];
  return details
    .filter(({ format, position = 0 }) => format === FORMAT && position === callNumber)
    .flatMap((detail) =>
      detail.type === 'reasoning.encrypted'
        ? [{ type: 'reasoning', id: detail.id, summary: [], encrypted_content: detail.data }]
        : [],
    );
}
