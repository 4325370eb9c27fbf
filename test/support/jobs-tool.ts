import type { Hardware } from '../../src/hub/hardware.ts';
import type { HubJobs, JobSpec } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { withInlined } from '../../src/session/tool-calls.ts';
import { hfJobsTool } from '../../src/tools/hf-jobs/tool.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { parseApart } from './parse-apart.ts';
import { toolContext } from './tool-context.ts';

/** Where the one script is that the web has. */
export const SCRIPT_AT = 'https://example.org/train.py';

/** A job as the Hub was sent it. */
export type Sent = { namespace: string; spec: JobSpec; schedule: string | undefined };

/** The tool for jobs, with a Hub that takes every job, a web with one script, and no sandbox. */
export function jobsTool(
  sent: Sent[],
  web: { script: string; reads: number } = { script: 'print(1)', reads: 0 },
): Tool {
  const take = (namespace: string, spec: JobSpec, schedule?: string) => {
    sent.push({ namespace, spec, schedule });
    return { id: 'j1', status: { stage: 'RUNNING' }, schedule, jobSpec: spec, createdAt: new Date(0) };
  };
  const jobs = {
    whoAmI: async () => 'ada',
    accounts: async () => ['ada', 'team'],
    url: () => 'https://hub/jobs/ada/j1',
    run: async (namespace: string, spec: JobSpec) => take(namespace, spec),
    schedule: async (namespace: string, spec: JobSpec, plan: { schedule: string }) =>
      take(namespace, spec, plan.schedule),
  };
  const hardware: Hardware[] = [
    { name: 'a10g-small', description: 'NVIDIA A10G', hourlyUsd: 1, isCpu: false } as Hardware,
  ];
  return hfJobsTool({
    clock: systemClock,
    jobs: jobs as unknown as HubJobs,
    hardware: { all: async () => hardware },
    artifacts: { keep: async () => ({ ok: true }) },
    dashboards: { ensure: async () => ({ ok: true }), url: () => '' } as never,
    token: hubToken('hf_token'),
    secrets: { WANDB_API_KEY: 'w', SMTP_PASSWORD: 's' },
    namespace: undefined,
    cpuNeedsApproval: true,
    ownership: { of: async (_sessionId, all) => all.map(() => 'here' as const) },
    sharesOthers: true,
    apart: parseApart,
    sandboxes: undefined,
    fetcher: {
      async text() {
        web.reads++;
        return { ok: true, text: web.script, contentType: 'text/plain', url: SCRIPT_AT };
      },
    } as never,
  });
}

export type Args = Record<string, unknown>;

/** What people are asked, and what the Hub is sent once they have approved exactly that. */
export async function askedAndSent(args: Args, tool?: Tool, sent: Sent[] = []) {
  const used = tool ?? jobsTool(sent);
  const text = JSON.stringify(args);
  const proposed = used.prepare(text);
  if (!proposed.ok) throw new Error(proposed.error);
  const request = await proposed.call.approval(toolContext);
  if (request === undefined) throw new Error('nobody is asked');
  const approved = used.prepare(request.inlined ? withInlined(text, request.inlined) : text);
  if (!approved.ok) throw new Error(approved.error);
  const result = await approved.call.run({ ...toolContext, approved: request });
  return { request, result, sent: sent.at(-1) };
}
