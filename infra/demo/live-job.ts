import type { JobRequest } from '../../shared/contracts/http/job-request.ts';

/** An answer that takes more than six seconds, so that there is a middle to kill the worker in. */
const SANDBOX_PACE = '{{sandbox ttft=200 gap=25 deltas=260 words=1}}';

const PROMPT =
  'Explain to a curious twelve-year-old how a railway switchyard sorts a long freight train: the hump, the ' +
  'retarders, the switches and the order in which the wagons arrive on their tracks. Write about 500 words.';

/** The job whose worker is killed. A sandbox is told to take its time; a model does so by itself. */
export function liveJob(isSandbox: boolean): JobRequest {
  return {
    model: 'auto',
    messages: [{ role: 'user', content: isSandbox ? `${PROMPT} ${SANDBOX_PACE}` : PROMPT }],
    maxTokens: 2_000,
    routing: { budget: 'cheap', onInterrupt: 'restart' },
    metadata: { kind: 'live stream' },
  };
}
