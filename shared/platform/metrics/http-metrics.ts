import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

const BUCKETS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

export interface HttpMetrics {
  readonly contentType: string;
  /** `route` is the pattern, never the path: the number of series stays bounded. */
  observe(route: string, status: number, elapsedMs: number): void;
  read(): Promise<string>;
}

/** Process metrics and one latency histogram a route, for Prometheus. */
export function createHttpMetrics(service: string): HttpMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'switchyard_http_request_seconds',
    help: 'Time from request to last byte of the answer.',
    labelNames: ['route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    observe: (route, status, elapsedMs) => {
      requests.observe({ route, status }, elapsedMs / 1_000);
    },
    read: () => registry.metrics(),
  };
}
