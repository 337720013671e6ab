/** For the containers' health checks: exits 0 when the address given answers with a 2xx status in time. */
const TIMEOUT_MS = 2_000;

const [address = ''] = process.argv.slice(2);
const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
process.exitCode = response.ok ? 0 : 1;
