import { type Catalogue } from '../../contracts/config/catalogue.ts';
import type { Logger } from '../../ports/logger.ts';
import { loadConfig } from '../config/load-config.ts';
import { parseServiceEnv, type ServiceEnv } from '../config/service-env.ts';
import { createLogger } from '../log/create-logger.ts';
import { Lifecycle } from './lifecycle.ts';

const REQUIRED_NODE_MAJOR = 24;

export interface ServiceContext {
  readonly env: ServiceEnv;
  readonly catalogue: Catalogue;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
}

/** What a started service tells whoever started it, as one JSON line on stdout. */
export interface ReadyReport {
  readonly url?: string;
}

/**
 * The frame of every service process: environment and configuration are read once and refused with one sentence, the
 * ready line is printed when `start` resolves, SIGTERM and SIGINT drain. A defect ends the process: its jobs are taken
 * over by others.
 */
export async function runService(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  start: (context: ServiceContext) => Promise<ReadyReport>,
): Promise<void> {
  const refuse = (reason: string): void => {
    process.stderr.write(`${name}: ${reason}\n`);
    process.exitCode = 1;
  };
  if (Number(process.versions.node.split('.')[0]) !== REQUIRED_NODE_MAJOR) {
    return refuse(`needs Node ${String(REQUIRED_NODE_MAJOR)}; start it through npm`);
  }
  const env = parseServiceEnv(environment);
  if (!env.ok) return refuse(env.error);
  const catalogue = await loadConfig(env.value.configPath);
  if (!catalogue.ok) return refuse(catalogue.error);
  const log = createLogger(name, env.value.logLevel);
  const lifecycle = new Lifecycle(log);
  const stop = (signal: string): void => {
    log.info({ signal }, 'draining');
    void lifecycle.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Only where a parent of ours started the process; a container or a shell opens no such channel.
  process.once('disconnect', () => stop('parent gone'));
  const report = await start({ env: env.value, catalogue: catalogue.value, log, lifecycle }).catch(
    (error: unknown) => {
      log.error({ error: error instanceof Error ? error.stack : String(error) }, 'start failed');
      refuse(error instanceof Error ? error.message : String(error));
    },
  );
  if (report === undefined) {
    await lifecycle.close();
    process.exit(1);
  }
  process.stdout.write(`${JSON.stringify({ ready: true, service: name, ...report })}\n`);
  log.info({ configVersion: catalogue.value.version }, 'ready');
}
