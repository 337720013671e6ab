import { createHash } from 'node:crypto';
import type { ProviderConfig } from './config/config.ts';

/**
 * What one breaker watches over: one model at one provider's endpoint, called with one key. A change of any of them is a
 * new breaker, and the trouble of one says nothing of another (reliability.md I19).
 */
export function breakerScope(
  { id, baseUrl, apiKeyEnv = '' }: Pick<ProviderConfig, 'id' | 'baseUrl' | 'apiKeyEnv'>,
  requestModel: string,
): string {
  const digest = createHash('sha256').update(JSON.stringify([requestModel, baseUrl, apiKeyEnv]));
  return `${id}.${digest.digest('hex').slice(0, 16)}`;
}
