import { type Logger as PinoLogger, pino } from 'pino';
import type { Logger } from '../../ports/logger.ts';

/** JSON lines on stderr, so that stdout stays free for what a person asked for. */
export function createLogger(service: string, level: string): Logger {
  const logger: PinoLogger = pino({ base: { service }, level }, pino.destination(2));
  return logger;
}
