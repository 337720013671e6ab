import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerProcess } from '../../infra/brokers/broker-process.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { ChaosSystem } from './chaos-system.ts';
import type { LinkTrouble, PlannedFault, Trouble } from './fault-plan.ts';
import type { FaultProxy } from './fault-proxy.ts';

/** A process is started again within 10 s, and needs a moment for that. */
const RESTART_WITHIN_MS = 40_000;

/** Does the harm, waits its time, and heals it again. */
export async function inflict(system: ChaosSystem, fault: PlannedFault): Promise<void> {
  const { trouble, target, durationMs } = fault;
  switch (trouble.kind) {
    case 'signal':
      return signalService(system, fault, trouble.signal);
    case 'broker':
      return signalBroker(brokerOf(system, target), trouble.signal, durationMs);
    case 'link': {
      const proxy = system.proxies.get(target);
      if (proxy === undefined) throw new Error(`no link ${target}`);
      disturb(proxy, trouble);
      await sleep(durationMs);
      proxy.heal();
      return;
    }
    case 'provider':
      await system.sandbox.setFaults(trouble.faults);
      await sleep(durationMs);
      await system.sandbox.setFaults([]);
  }
}

/** What stands in the record of the run. */
export function describeTrouble(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'signal':
    case 'broker':
      return trouble.signal;
    case 'link':
      return `${trouble.sides} ${JSON.stringify(trouble.fault)}`;
    case 'provider':
      return JSON.stringify(trouble.faults);
  }
}

async function signalService(
  { services }: ChaosSystem,
  { target, durationMs }: PlannedFault,
  signal: 'SIGKILL' | 'SIGSTOP',
): Promise<void> {
  const service = services.get(target);
  if (service === undefined) throw new Error(`no service ${target}`);
  const { pid } = service;
  service.signal(signal);
  if (signal === 'SIGSTOP') {
    await sleep(durationMs);
    service.signal('SIGCONT');
    return;
  }
  await waitUntil(() => service.pid !== pid, {
    withinMs: RESTART_WITHIN_MS,
    what: `${target} to be started again`,
  });
}

async function signalBroker(
  broker: BrokerProcess,
  signal: 'SIGKILL' | 'SIGSTOP',
  durationMs: number,
): Promise<void> {
  await broker.kill(signal);
  await sleep(durationMs);
  if (signal === 'SIGSTOP') await broker.kill('SIGCONT');
  else await broker.start();
}

function brokerOf({ brokers }: ChaosSystem, target: string): BrokerProcess {
  const broker = target === 'redis' ? brokers.redis : brokers.nats;
  if (broker === undefined) throw new Error('only a broker of our own can be killed');
  return broker;
}

function disturb(
  proxy: FaultProxy,
  { fault, sides }: { readonly fault: LinkTrouble; readonly sides: 'up' | 'down' | 'both' },
): void {
  switch (fault.kind) {
    case 'reset':
      proxy.reset();
      return;
    case 'refuse':
      proxy.refuse();
      proxy.reset();
      return;
    case 'latency':
    case 'black-hole':
    case 'slice':
    case 'drip':
      if (sides !== 'down') proxy.set('up', fault);
      if (sides !== 'up') proxy.set('down', fault);
  }
}
