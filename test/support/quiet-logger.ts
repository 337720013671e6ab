import type { Logger } from '../../shared/ports/logger.ts';

const nothing = (): void => undefined;

/** A log that nobody reads. */
export const quietLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
