import { describe, expect, it } from 'vitest';
import { breakerScope } from './breaker-scope.ts';

const PROVIDER = { id: 'one', baseUrl: 'https://one.test/v1', apiKeyEnv: 'ONE_KEY' };

describe('breakerScope', () => {
  it('is the same for the same model, endpoint and key', () => {
    expect(breakerScope({ ...PROVIDER }, 'model')).toBe(breakerScope(PROVIDER, 'model'));
  });

  it.each([
    ['model', PROVIDER, 'other'],
    ['provider', { ...PROVIDER, id: 'two' }, 'model'],
    ['endpoint', { ...PROVIDER, baseUrl: 'https://eu.one.test/v1' }, 'model'],
    ['key', { ...PROVIDER, apiKeyEnv: 'OTHER_KEY' }, 'model'],
    ['lack of a key', { id: 'one', baseUrl: PROVIDER.baseUrl }, 'model'],
  ])('is another for another %s', (_what, provider, model) => {
    expect(breakerScope(provider, model)).not.toBe(breakerScope(PROVIDER, 'model'));
  });

  it('holds no sign that means something in a key, whatever the model is called', () => {
    expect(breakerScope(PROVIDER, 'org/model:free@1')).toMatch(/^one\.[0-9a-f]{16}$/);
  });
});
