import type { Refusal } from './wire.ts';

/** The open models think unless they are told not to. */
export function thinksByDefault(model: string): boolean {
  return /^qwen3-\d+(\.\d+)?b/.test(model);
}

/** What thinking excludes, in both of Alibaba's APIs. */
export function refusalOfThinking(call: {
  readonly model: string;
  readonly isThinking: boolean;
  readonly stream: boolean;
  readonly isJson: boolean;
  /** A tool is forced by its name. */
  readonly isForced: boolean;
}): Refusal | undefined {
  if (!call.isThinking) return undefined;
  if (!call.stream && thinksByDefault(call.model))
    return { message: 'parameter.enable_thinking must be set to false for non-streaming calls' };
  if (call.isForced)
    return {
      message: 'The tool_choice parameter does not support being set to object in thinking mode',
    };
  return call.isJson
    ? { message: 'Json mode response is not supported when enable_thinking is true' }
    : undefined;
}

/** A named tool can be forced, any tool cannot. */
export const NO_FORCED_CALL: Refusal = {
  message: 'tool_choice is one of the strings that should be ["none", "auto"]',
};
