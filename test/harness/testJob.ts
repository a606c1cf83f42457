import { type Job, pipelineEvents } from "../../src/delivery/pipeline/job.ts";

/** A job for tests: what isn't said is as fairlead.yaml would have it. */
export function testJob(name: string, more: Partial<Job> = {}): Job {
  return {
    name,
    run: ["true"],
    needs: [],
    image: undefined,
    env: {},
    services: {},
    artifacts: [],
    timeout: 60_000,
    retries: 0,
    on: pipelineEvents,
    environment: undefined,
    approval: false,
    purpose: undefined,
    ciImage: undefined,
    ...more,
  };
}
