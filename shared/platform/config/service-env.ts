import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';

/** What every service reads from its environment (DESIGN section 4), and the only place where it is parsed. */
const port = z.coerce.number().int().min(0).max(65_535);

const serviceEnvSchema = z.object({
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  NATS_URL: z.string().min(1),
  SWITCHYARD_CONFIG: z.string().min(1),
  SWITCHYARD_HOST: z.string().min(1).default('127.0.0.1'),
  SWITCHYARD_INTAKE_PORT: port.default(8080),
  SWITCHYARD_EDGE_PORT: port.default(8081),
  SWITCHYARD_API_KEY: z.string().min(16).max(200).optional(),
  /** Copies of each NATS stream; 3 on a cluster. */
  SWITCHYARD_NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface ServiceEnv {
  readonly redisUrl: string;
  readonly natsUrl: string;
  readonly configPath: string;
  readonly host: string;
  readonly intakePort: number;
  readonly edgePort: number;
  readonly bootstrapApiKey?: string;
  readonly natsReplicas: number;
  readonly logLevel: string;
}

/** Parses the environment; the error names the variable. */
export function parseServiceEnv(
  env: Readonly<Record<string, string | undefined>>,
): Result<ServiceEnv, string> {
  const parsed = serviceEnvSchema.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(`${String(issue?.path[0] ?? 'environment')}: ${issue?.message ?? 'not valid'}`);
  }
  const value = parsed.data;
  return ok({
    redisUrl: value.REDIS_URL,
    natsUrl: value.NATS_URL,
    configPath: value.SWITCHYARD_CONFIG,
    host: value.SWITCHYARD_HOST,
    intakePort: value.SWITCHYARD_INTAKE_PORT,
    edgePort: value.SWITCHYARD_EDGE_PORT,
    ...(value.SWITCHYARD_API_KEY === undefined
      ? {}
      : { bootstrapApiKey: value.SWITCHYARD_API_KEY }),
    natsReplicas: value.SWITCHYARD_NATS_REPLICAS,
    logLevel: value.LOG_LEVEL,
  });
}
