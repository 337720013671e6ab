import type { Refusal } from '../wire.ts';
import type { AnthropicBody } from './body.ts';

/** What the settings of a request say against each other. */
export function refusalOfSettings(body: AnthropicBody): Refusal | undefined {
  if (body.temperature !== undefined && body.top_p !== undefined)
    return {
      message: '`temperature` and `top_p` cannot both be specified for this model.',
    };
  if (body.tool_choice !== undefined && body.tools === undefined)
    return { message: 'tool_choice may only be specified while providing tools.' };
  if (body.tool_choice?.type === 'tool' && body.tool_choice.name === undefined)
    return { message: 'tool_choice.tool.name: Field required' };
  return isThinkingOn(body) ? refusalOfThinking(body) : undefined;
}

export function isThinkingOn({ thinking }: AnthropicBody): boolean {
  return thinking !== undefined && thinking.type !== 'disabled';
}

function refusalOfThinking(body: AnthropicBody): Refusal | undefined {
  const { thinking } = body;
  if (thinking?.type === 'enabled' && thinking.budget_tokens >= body.max_tokens)
    return { message: '`max_tokens` must be greater than `thinking.budget_tokens`.' };
  if (body.temperature !== undefined && body.temperature !== 1)
    return { message: '`temperature` may only be set to 1 when thinking is enabled.' };
  if (body.top_k !== undefined)
    return { message: '`top_k` must be unset when thinking is enabled.' };
  if (body.top_p !== undefined && body.top_p < 0.95)
    return { message: '`top_p` must be greater than or equal to 0.95 when thinking is enabled.' };
  const choice = body.tool_choice?.type;
  return choice === 'any' || choice === 'tool'
    ? { message: 'Thinking may not be enabled when tool_choice forces tool use.' }
    : undefined;
}
