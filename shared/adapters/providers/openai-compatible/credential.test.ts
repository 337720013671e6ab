import { describe, expect, it } from 'vitest';
import { credentialHeaders } from './credential.ts';

describe('credentialHeaders', () => {
  it.each([
    ['https://api.openai.com/v1', { authorization: 'Bearer key-1' }],
    ['http://127.0.0.1:8000', { authorization: 'Bearer key-1' }],
    ['https://openai.azure.com.example.com/v1', { authorization: 'Bearer key-1' }],
    ['https://x.openai.azure.com/openai/v1', { 'api-key': 'key-1' }],
    ['https://X.OpenAI.Azure.com/openai/v1', { 'api-key': 'key-1' }],
    [
      'https://gateway.example.com/openai/deployments/d?api-version=2024-10-21',
      { 'api-key': 'key-1' },
    ],
  ])('carries the key to %s', (baseUrl, headers) => {
    expect(credentialHeaders(baseUrl, 'key-1')).toEqual(headers);
  });

  it('is empty without a key', () => {
    expect(credentialHeaders('https://x.openai.azure.com', undefined)).toEqual({});
  });
});
