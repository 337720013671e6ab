import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { quietLogger } from '../../../test/support/quiet-logger.ts';
import type { BudgetAlert } from '../../contracts/events/budget-alert.ts';
import type { Logger } from '../../ports/logger.ts';
import { AlertWebhook } from './alert-webhook.ts';

const ALERT: BudgetAlert = {
  type: 'budget',
  at: 1,
  tenantId: 't',
  budgetId: 'b',
  window: 'day',
  share: 0.5,
  usedNanoUsd: 5,
  limitNanoUsd: 10,
};

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the webhook of a budget', () => {
  it('posts the alert as JSON', async () => {
    const bodies: Promise<string>[] = [];
    const url = await serve((request, response) => {
      bodies.push(text(request));
      response.end();
    });

    const { webhook, warn } = aWebhook();
    webhook.publish(ALERT, url);
    await webhook.close();

    expect((await Promise.all(bodies)).map((body): unknown => JSON.parse(body))).toEqual([ALERT]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('follows no redirect', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(307, { location: '/elsewhere' }).end();
    });

    const { webhook, warn } = aWebhook();
    webhook.publish(ALERT, `${url}/here`);
    await webhook.close();

    expect(asked).toEqual(['/here']);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('gives up on a receiver that says nothing, and throws nothing at whoever publishes', async () => {
    const url = await serve(() => undefined);

    const { webhook, warn } = aWebhook(50);
    webhook.publish(ALERT, url);
    await webhook.close();

    expect(warn).toHaveBeenCalledOnce();
  });

  it('drops alerts when too many are under way', async () => {
    let asked = 0;
    const url = await serve(() => {
      asked += 1;
    });

    const { webhook, warn } = aWebhook(300);
    for (let count = 0; count < 40; count += 1) webhook.publish(ALERT, url);
    const dropped = warn.mock.calls.length;
    await webhook.close();

    expect(dropped).toBe(8);
    expect(asked).toBeLessThanOrEqual(32);
  });

  it('posts nothing where no receiver is configured', async () => {
    const { webhook, warn } = aWebhook();

    webhook.publish(ALERT, undefined);
    await webhook.close();

    expect(warn).not.toHaveBeenCalled();
  });
});

function aWebhook(deadlineMs?: number) {
  const warn = vi.fn<Logger['warn']>();
  return { webhook: new AlertWebhook({ ...quietLogger, warn }, deadlineMs), warn };
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${String(address.port)}`;
}
