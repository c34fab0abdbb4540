/** How many active agents meet what a queue asks, at once and after each step; and what a change says of queues that nobody can serve. */
export interface QueueCoverage {
  id: string;
  name: string;
  agents: number;
  unreachable: boolean;
  steps: { after_s: number; agents: number }[];
}

export interface WarningDoc {
  code: string;
  params: Record<string, string>;
}
