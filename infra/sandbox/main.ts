import { parseArgs } from 'node:util';
import { startSandbox } from './server.ts';

/**
 * The sandbox as a process: `node infra/sandbox/main.ts [--port N]` (or `PORT`; 0 or absent: a free one). Prints one
 * JSON line, `{"ready":true,"url":"http://127.0.0.1:N"}`, when it listens. Ends on SIGINT, SIGTERM and the
 * end of the parent that started it, and cuts what is open.
 *
 * One process serves all formats:
 *   POST /openai/v1/chat/completions        POST /openai/v1/responses       GET /openai/v1/models
 *   POST /anthropic/v1/messages
 *   POST /gemini/v1beta/models/<model>:generateContent and :streamGenerateContent?alt=sse
 *   POST /vertex/v1/projects/<project>/locations/<location>/publishers/google/models/<model>:… likewise
 *   POST /deepseek/chat/completions         POST /qwen/compatible-mode/v1/chat/completions
 *   POST /mistral/v1/chat/completions       POST /compatible/v1/chat/completions (any other server of OpenAI's format)
 *   POST /dashscope/api/v1/services/aigc/text-generation/generation and multimodal-generation
 *   POST /ollama/api/chat
 *   GET and POST /control, GET /control/stats, GET /control/calls      (control.ts, settings.ts)
 * A prompt may steer its own answer with `{{sandbox ttft=20 gap=4 deltas=50 fault=reset at=7}}` (directive.ts, faults.ts).
 */
const { values } = parseArgs({ options: { port: { type: 'string' } } });
const port = Number(values.port ?? process.env['PORT'] ?? 0);
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  throw new Error('--port must be a number from 0 to 65535');

const sandbox = await startSandbox({ port });
process.stdout.write(`${JSON.stringify({ ready: true, url: sandbox.url })}\n`);

let isClosing = false;
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
  process.on(signal, () => {
    if (isClosing) return;
    isClosing = true;
    // The channel to the parent would keep the process up.
    void sandbox.close().then(() => process.exit(0));
  });
}
