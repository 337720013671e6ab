import { afterAll, beforeAll, expect, it } from 'vitest';
import { unsupportedBy } from '../../../shared/adapters/providers/registry.ts';
import type { ProviderKind } from '../../../shared/contracts/config/config.ts';
import { captureAdapter } from './adapter-request.ts';
import { type CapturedRequest, type CaptureServer, startCaptureServer } from './request-capture.ts';
import { type CaseName, UNIFIED_REQUESTS } from './unified-requests.ts';

/** A provider's official SDK, and what its user would write for each of the unified requests. */
export interface OfficialSdk<Call> {
  readonly kind: ProviderKind;
  readonly calls: Readonly<Partial<Record<CaseName, Call>>>;
  send(origin: string, call: Call): Promise<unknown>;
  /** Headers beside the content type that must be the same: who calls, and for which version. */
  readonly headers: readonly string[];
  /** Takes out of the SDK's body what it adds and says nothing. Absent: nothing. */
  readonly withoutDefaults?: (body: unknown) => unknown;
  /** Takes out of our body what the SDK has no field for. Absent: nothing. */
  readonly withoutExtras?: (body: unknown) => unknown;
}

/** Our adapter must send what the SDK sends: method, path, credential, version and body. */
export function itSendsWhatTheSdkSends<Call>(sdk: OfficialSdk<Call>): void {
  const { kind, calls, withoutDefaults = same, withoutExtras = same } = sdk;
  let server: CaptureServer;

  beforeAll(async () => {
    server = await startCaptureServer();
  });

  afterAll(() => server.close());

  it(`has a call for all that ${kind} can do`, () => {
    const possible = UNIFIED_REQUESTS.filter(
      ({ request }) => unsupportedBy(kind, request) === undefined,
    );

    expect(Object.keys(calls).toSorted()).toEqual(possible.map(({ name }) => name).toSorted());
  });

  const cases = UNIFIED_REQUESTS.flatMap(({ name }) => {
    const call = calls[name];
    return call === undefined ? [] : [{ name, call }];
  });

  it.each(cases)(`sends to ${kind} what the SDK sends: $name`, async ({ name, call }) => {
    const theirs = await server.capture(() => sdk.send(server.origin, call));
    const ours = await captureAdapter(server, kind, name);

    expect(compared(ours, withoutExtras)).toEqual(compared(theirs, withoutDefaults));
  });

  function compared(
    { method, path, headers, body }: CapturedRequest,
    normalize: (body: unknown) => unknown,
  ): unknown {
    const shown = sdk.headers.map((name) => [name, headers[name]] as const);
    return { method, path, headers: shown, body: normalize(body) };
  }
}

function same(body: unknown): unknown {
  return body;
}
