import { z } from 'zod';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** The query of `GET /v1/jobs`. */
export const listQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
});
