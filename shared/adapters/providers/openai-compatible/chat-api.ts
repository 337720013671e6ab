import type { ProviderCall, ProviderOptions } from '../../../ports/provider.ts';
import { endpointPath } from '../http/http-provider.ts';
import type { ProviderApi } from '../http/provider-api.ts';
import type { AnswerDialect } from './answer-dialect.ts';
import { credentialHeaders } from './credential.ts';
import { readReply } from './reply.ts';
import { ChatStream } from './stream.ts';

/** What one provider of this family says about itself; the rest is the same for all. */
export interface ChatFamily {
  /** Where the API is below a base URL that has no path. */
  readonly versionPrefix: string;
  /** Calls that are answered in a stream only. Absent: none. */
  readonly mustStream?: (call: ProviderCall) => boolean;
  toRequest(call: ProviderCall): Readonly<Record<string, unknown>>;
  readonly answers: AnswerDialect;
}

/** `POST /chat/completions` as the family speaks it. */
export function chatApi({ config, apiKey }: ProviderOptions, family: ChatFamily): ProviderApi {
  const path = endpointPath(config.baseUrl, family.versionPrefix, '/chat/completions');
  return {
    path: () => path,
    headers: credentialHeaders(config.baseUrl, apiKey),
    mustStream: family.mustStream,
    requestBody: (call) => family.toRequest(call),
    openStream: (sink) => new ChatStream(sink, family.answers),
    readReply: (body, sink) => readReply(body, sink, family.answers),
    readFailure: (reply) => family.answers.readFailure(reply),
  };
}
