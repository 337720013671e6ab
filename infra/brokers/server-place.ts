/** Where a broker of ours is to run. */
export type ServerPlace = {
  /** Folder of all brokers; each makes its own below it. */
  dataDir: string;
  /** Loopback port for clients. */
  port: number;
  /** Takes one line for people at a time: what is being done, what went wrong by itself. */
  say: (line: string) => void;
};
