import { type ProviderConfig, providerSchema } from '../../../contracts/config/config.ts';
import type { JobRequest } from '../../../contracts/http/job-request.ts';
import type { ProviderCall } from '../../../ports/provider.ts';
import { isRecord, type JsonRecord, parseJson } from '../http/json.ts';

/** A provider's configuration with the defaults of the schema, for tests. */
export function providerConfig(fields: Readonly<Record<string, unknown>>): ProviderConfig {
  return providerSchema.parse({ id: 'test', kind: 'openai-compatible', ...fields });
}

/** A streamed call with a short prompt, for tests. */
export function providerCall(request: Partial<JobRequest> = {}, stream = true): ProviderCall {
  return {
    requestModel: 'model-1',
    request: { model: 'auto', messages: [{ role: 'user', content: 'Hi' }], ...request },
    stream,
  };
}

/** A body as it goes over the wire, where fields that are undefined are gone, for tests. */
export function onTheWire(body: unknown): JsonRecord {
  const sent = parseJson(JSON.stringify(body));
  if (!isRecord(sent)) throw new Error('the body is no object');
  return sent;
}
