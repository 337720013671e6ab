import { afterAll, beforeAll, inject } from 'vitest';
import { NatsJobLog } from '../../shared/adapters/nats/job-log.ts';
import { BrokerConnections } from '../support/broker-connections.ts';
import { MemoryJobLog } from '../support/memory-job-log.ts';
import { describeJobLog } from './job-log.contract.ts';

const connections = new BrokerConnections();
let natsLog: NatsJobLog;

beforeAll(async () => {
  natsLog = new NatsJobLog(await connections.nats(inject('natsUrl')));
  connections.onClose(() => natsLog.close());
});

afterAll(() => connections.close());

describeJobLog('JetStream', () => natsLog);

const memoryLog = new MemoryJobLog({ pageEntries: 500 });
describeJobLog('the tests, in memory', () => memoryLog);
