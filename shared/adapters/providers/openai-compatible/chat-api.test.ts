import { describe, expect, it } from 'vitest';
import { providerCall, providerConfig } from '../testing/fixtures.ts';
import { CHAT_ANSWERS } from './answer-dialect.ts';
import { type ChatFamily, chatApi } from './chat-api.ts';

const FAMILY: ChatFamily = {
  versionPrefix: '/family/v1',
  toRequest: () => ({}),
  answers: CHAT_ANSWERS,
};

describe('chatApi', () => {
  it.each([
    ['http://127.0.0.1:1', '/family/v1/chat/completions', 'authorization'],
    ['http://127.0.0.1:1/api/v3', '/api/v3/chat/completions', 'authorization'],
    [
      'https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21',
      '/openai/deployments/d/chat/completions?api-version=2024-10-21',
      'api-key',
    ],
  ])('calls %s at its path, with its credential', (baseUrl, path, header) => {
    const api = chatApi({ config: providerConfig({ baseUrl }), apiKey: 'key-1' }, FAMILY);

    expect(api.path(providerCall())).toBe(path);
    expect(Object.keys(api.headers)).toEqual([header]);
  });
});
