import { describe, expect, it } from 'vitest';
import { endpointPath } from './http-provider.ts';

describe('endpointPath', () => {
  it.each([
    ['https://api.example.com', '/v1/chat'],
    ['https://api.example.com/', '/v1/chat'],
    ['https://api.example.com/api/v4', '/api/v4/chat'],
    ['https://api.example.com/api/v4/', '/api/v4/chat'],
    ['https://a.example.com/deployments/d?api-version=7', '/deployments/d/chat?api-version=7'],
  ])('joins %s to %s', (baseUrl, path) => {
    expect(endpointPath(baseUrl, '/v1', '/chat')).toBe(path);
  });

  it('keeps the query of the endpoint beside that of the base', () => {
    const path = endpointPath('https://a.example.com?key=1', '/v1beta', '/models/m:go?alt=sse');

    expect(path).toBe('/v1beta/models/m:go?alt=sse&key=1');
  });
});
