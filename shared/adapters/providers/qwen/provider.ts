import type { Provider, ProviderOptions } from '../../../ports/provider.ts';
import { createHttpProvider } from '../http/http-provider.ts';
import { mustStream } from '../model-studio.ts';
import { CHAT_ANSWERS } from '../openai-compatible/answer-dialect.ts';
import { type ChatFamily, chatApi } from '../openai-compatible/chat-api.ts';
import { readQwenFailure } from './failure.ts';
import { toQwenRequest } from './request.ts';

/** The dialect of Qwen's compatible mode. */
export const QWEN: ChatFamily = {
  versionPrefix: '/compatible-mode/v1',
  mustStream,
  toRequest: toQwenRequest,
  answers: { ...CHAT_ANSWERS, readFailure: readQwenFailure },
};

/** Qwen at Alibaba Cloud's Model Studio, in its compatible mode. */
export function createQwenProvider(options: ProviderOptions): Provider {
  return createHttpProvider(options.config, chatApi(options, QWEN));
}
