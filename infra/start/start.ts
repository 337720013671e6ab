import { bootstrapKey } from './bootstrap-key.ts';
import { defaultWorkers } from './default-workers.ts';
import { type Fleet, startFleet } from './fleet.ts';

/** `npm start`: everything on this machine, until Ctrl-C; one worker process for two cores. */
const env = process.env;
const dataDir = env['SWITCHYARD_DATA'] ?? '.switchyard';
const apiKey = await bootstrapKey(dataDir, env['SWITCHYARD_API_KEY']);

let isStopping = false;
let fleet: Fleet | undefined;
const stop = async (): Promise<void> => {
  if (isStopping) return;
  isStopping = true;
  console.log('\nstopping: running answers get a moment to finish');
  await fleet?.stop();
  process.exit(0);
};
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());

try {
  fleet = await startFleet({
    dataDir,
    env,
    apiKey,
    ports: {
      intake: Number(env['SWITCHYARD_INTAKE_PORT'] ?? 8080),
      edge: Number(env['SWITCHYARD_EDGE_PORT'] ?? 8081),
    },
    workers: defaultWorkers(),
    configPath: env['SWITCHYARD_CONFIG'],
    restarts: true,
    redisUrl: env['REDIS_URL'],
    natsUrl: env['NATS_URL'],
    say: (line) => console.error(line),
  });
  announce(fleet);
} catch (error: unknown) {
  console.error(`Switchyard did not start: ${error instanceof Error ? error.message : 'unknown'}`);
  process.exit(1);
}

function announce({ edge, intake, sandbox, brokers }: Fleet): void {
  const providers =
    sandbox === undefined
      ? 'those of your configuration'
      : `SANDBOX at ${sandbox.url}: made-up answers; set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY for real ones`;
  console.log(`
Switchyard is ready.

  OpenAI endpoint, streams   ${edge.url}/v1      (baseURL of any OpenAI SDK)
  Jobs                       ${intake.url}/v1/jobs
  API key                    ${apiKey}
  Providers                  ${providers}
  Redis, NATS                ${brokers.redisUrl}  ${brokers.natsUrl}
  Logs                       ${dataDir}/logs/

Try it:

  curl -N ${edge.url}/v1/chat/completions \\
    -H 'authorization: Bearer ${apiKey}' \\
    -H 'content-type: application/json' \\
    -d '{"model":"auto","stream":true,"messages":[{"role":"user","content":"Why is the sky blue?"}]}'
`);
}
