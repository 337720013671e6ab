import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { CallRecord } from './calls.ts';
import { controlSchema, type SandboxSettings } from './settings.ts';

const DEFAULT_PAGE = 1_000;

export interface ControlTarget {
  readonly calls: CallRecord;
  settings(): SandboxSettings;
  change(changes: SandboxSettings): void;
  reset(): void;
}

/**
 * The control port, beside the providers' paths:
 * - `GET /control`: the settings; `POST /control`: changes them (settings.ts), answers with the new ones.
 * - `GET /control/stats`: totals.
 * - `GET /control/calls?limit=1000&model=&promptHash=&tag=`: the newest calls that fit, oldest first.
 */
export function answerControl(target: ControlTarget, exchange: ControlExchange): void {
  const { method, url, response } = exchange;
  if (method === 'GET' && url.pathname === '/control/stats')
    sendJson(response, 200, target.calls.stats());
  else if (method === 'GET' && url.pathname === '/control/calls')
    sendJson(response, 200, { calls: page(target.calls, url) });
  else if (method === 'GET' && url.pathname === '/control')
    sendJson(response, 200, target.settings());
  else if (method === 'POST' && url.pathname === '/control') change(target, exchange);
  else sendJson(response, 404, { error: 'no such control path' });
}

export interface ControlExchange {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly response: ServerResponse;
}

function change(target: ControlTarget, { body, response }: ControlExchange): void {
  const parsed = controlSchema.safeParse(body);
  if (!parsed.success) {
    sendJson(response, 400, { error: z.prettifyError(parsed.error) });
    return;
  }
  const { reset, ...changes } = parsed.data;
  if (reset === true) target.reset();
  target.change(changes);
  sendJson(response, 200, target.settings());
}

function page(calls: CallRecord, url: URL): unknown[] {
  const asked = Number(url.searchParams.get('limit') ?? DEFAULT_PAGE);
  const limit = Number.isSafeInteger(asked) && asked > 0 ? asked : DEFAULT_PAGE;
  const wanted = (name: string, value: string | undefined): boolean => {
    const filter = url.searchParams.get(name);
    return filter === null || filter === value;
  };
  const fitting = calls
    .list()
    .filter(
      (call) =>
        wanted('model', call.model) &&
        wanted('promptHash', call.promptHash) &&
        wanted('tag', call.tag),
    );
  return fitting.slice(-limit);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
