import { z } from 'zod';

/** A client's cursor as text: the `seq` of the last entry that it has; 0 or nothing = from the start. */
export const cursorSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0);
