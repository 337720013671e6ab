import { Agent } from 'node:http';
import { loadOrderSchema, runLoad } from './run-load.ts';
import { serveParent } from './serve-parent.ts';

/** The load generator as a process: each order is run and answered with its figures. Connections are kept. */
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

serveParent({}, (question) => runLoad(loadOrderSchema.parse(question), agent));
