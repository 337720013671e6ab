import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unsupportedBy } from '../../../shared/adapters/providers/registry.ts';
import { PROVIDER_KINDS, type ProviderKind } from '../../../shared/contracts/config/config.ts';
import { captureAdapter } from './adapter-request.ts';
import { type CapturedRequest, type CaptureServer, startCaptureServer } from './request-capture.ts';
import { type CaseName, UNIFIED_REQUESTS, unifiedRequest } from './unified-requests.ts';

const GOLDEN = new URL('golden/', import.meta.url);

/** The headers that say who calls, for which version, and what is wanted. */
const HEADERS = [
  'accept',
  'anthropic-version',
  'authorization',
  'content-type',
  'x-api-key',
  'x-dashscope-sse',
  'x-goog-api-key',
];

const CASES = PROVIDER_KINDS.flatMap((kind) =>
  UNIFIED_REQUESTS.map(({ name }) => ({ kind, name })),
);

let server: CaptureServer;

beforeAll(async () => {
  server = await startCaptureServer();
});

afterAll(() => server.close());

describe('the request of each kind of provider', () => {
  it.each(CASES)('$kind $name', async ({ kind, name }) => {
    const request = await sent(kind, name);

    expect(request).toEqual(golden(kind, name, request));
  });

  it.each(PROVIDER_KINDS)('has no golden file of %s but those of the cases', (kind) => {
    const files = readdirSync(new URL(`${kind}/`, GOLDEN));

    expect(files.toSorted()).toEqual(UNIFIED_REQUESTS.map(({ name }) => `${name}.json`).toSorted());
  });
});

/** What is sent for a case, or the words with which it is refused. */
async function sent(kind: ProviderKind, name: CaseName): Promise<unknown> {
  const refused = unsupportedBy(kind, unifiedRequest(name));
  return refused === undefined
    ? describeRequest(await captureAdapter(server, kind, name))
    : { refused };
}

function describeRequest({ method, path, headers, body }: CapturedRequest): unknown {
  const shown = HEADERS.filter((name) => headers[name] !== undefined);
  return {
    method,
    path,
    headers: Object.fromEntries(shown.map((name) => [name, headers[name]])),
    body,
  };
}

/** What must be sent. Where a change is meant, UPDATE_GOLDEN=1 writes it anew, and the diff is read line by line. */
function golden(kind: ProviderKind, name: CaseName, request: unknown): unknown {
  const file = new URL(`${kind}/${name}.json`, GOLDEN);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(request, null, 2)}\n`);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}
