import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider } from '../http/http-provider.ts';
import { type ChatFamily, chatApi } from '../openai-compatible/chat-api.ts';
import { readMistralReasoning, readMistralText } from './content.ts';
import { readMistralFailure } from './failure.ts';
import { toMistralRequest } from './request.ts';
import { readMistralUsage } from './usage.ts';

/** Mistral's dialect. */
export const MISTRAL: ChatFamily = {
  versionPrefix: '/v1',
  toRequest: toMistralRequest,
  answers: {
    readText: readMistralText,
    readReasoning: readMistralReasoning,
    readUsage: readMistralUsage,
    readFailure: readMistralFailure,
    failedFinishes: new Map(),
  },
};

/** Mistral's API: chat completions with content in parts, and fields, tool ids and errors of its own. */
export function createMistralProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, chatApi(options, MISTRAL));
}
