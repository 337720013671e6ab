import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider } from '../http/http-provider.ts';
import { CHAT_ANSWERS } from '../openai-compatible/answer-dialect.ts';
import { type ChatFamily, chatApi } from '../openai-compatible/chat-api.ts';
import { toDeepseekRequest } from './request.ts';

/** DeepSeek's dialect. */
export const DEEPSEEK: ChatFamily = {
  versionPrefix: '/v1',
  toRequest: toDeepseekRequest,
  answers: {
    ...CHAT_ANSWERS,
    // The server ran out of resources in the middle of the answer.
    failedFinishes: new Map([['insufficient_system_resource', 'overloaded']]),
  },
};

/** DeepSeek's API: chat completions with its own switch for thinking. */
export function createDeepseekProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, chatApi(options, DEEPSEEK));
}
