import { createApiReference } from './hub/api-reference.ts';
import { createArxiv } from './hub/arxiv.ts';
import { createDashboards } from './hub/dashboards.ts';
import { createDatasetPush } from './hub/dataset-push.ts';
import { createDatasetsServer } from './hub/datasets.ts';
import { createDocs } from './hub/docs.ts';
import type { HardwareList } from './hub/hardware.ts';
import type { HubJobs } from './hub/jobs.ts';
import { createHubPapers } from './hub/papers.ts';
import { createRepoWrites } from './hub/repo-writes.ts';
import { createHubRepos, type HubRepos } from './hub/repos.ts';
import { createScholar } from './hub/scholar.ts';
import type { LentHubs } from './lent-hubs.ts';
import type { Catalogue } from './llm/catalogue.ts';
import type { ModelClient } from './llm/client.ts';
import type { Parts } from './parts.ts';
import type { ChosenSandboxes } from './sandbox/choose.ts';
import { githubTools } from './tools/github.ts';
import { hfDatasetPushTool } from './tools/hf-dataset-push.ts';
import { docsTools } from './tools/hf-docs.ts';
import { hfInspectDatasetTool } from './tools/hf-inspect-dataset.ts';
import { hfJobsTool } from './tools/hf-jobs/tool.ts';
import { hfRepoFilesTool } from './tools/hf-repo-files.ts';
import { hfRepoGitTool } from './tools/hf-repo-git.ts';
import { hubRepoTools } from './tools/hub-repos.ts';
import { hfPapersTool } from './tools/papers/tool.ts';
import { planTool } from './tools/plan-tool.ts';
import { type Attached, fileOpenerIn, fileReaderIn } from './tools/sandbox/attachments.ts';
import { sandboxTools } from './tools/sandbox/tools.ts';
import type { Tool } from './tools/tool.ts';
import { webSearchTool } from './tools/web-search.ts';
import type { Fetcher } from './web/fetcher.ts';
import { createGithub } from './web/github.ts';
import { createWebSearch } from './web/search.ts';

/** What the worker's own parts are made of, besides what every role has. */
export type Worker = Parts & {
  token: string;
  jobs: HubJobs;
  hubs: LentHubs;
  hardware: HardwareList;
  sandboxes: ChosenSandboxes;
  attached: Attached;
  fetcher: Fetcher;
  model: ModelClient;
  catalogue: Catalogue;
};

type ToolParts = Pick<
  Worker,
  'config' | 'token' | 'jobs' | 'hardware' | 'sandboxes' | 'attached' | 'fetcher' | 'clock'
>;

/** The agent's own tools, in the order in which models are told of them. */
export function toolsOf(worker: ToolParts): Tool[] {
  const { config, token, jobs, hardware, sandboxes, attached } = worker;
  const hubUrl = config.jobs.hub_url;
  const repos = createHubRepos(hubUrl, token);
  const writes = createRepoWrites(hubUrl, token);
  const fileAt = fileReaderIn(sandboxes?.sandboxes, attached);
  return [
    planTool,
    ...researchTools(worker, repos),
    hfInspectDatasetTool(createDatasetsServer(config.jobs.datasets_server_url, token), repos),
    hfRepoFilesTool({
      repos,
      writes,
      openFile: fileOpenerIn(sandboxes?.sandboxes, attached),
      hubUrl,
    }),
    hfRepoGitTool(writes, hubUrl),
    hfJobsTool({
      jobs,
      hardware,
      dashboards: createDashboards(hubUrl, token),
      token,
      secrets: config.jobs.secrets,
      namespace: config.jobs.namespace,
      cpuNeedsApproval: config.approvals.cpu_jobs,
      sandboxes: sandboxes?.sandboxes,
    }),
    hfDatasetPushTool({ push: createDatasetPush(hubUrl, token), repos, fileAt }),
    ...sandboxTools(sandboxes, hardware, {
      maxSeconds: config.limits.tool_timeout_seconds - 10,
      idleMinutes: config.sandbox.idle_minutes,
    }),
  ];
}

/** What is read beside the Hub's repositories and datasets. */
function researchTools({ config, clock, fetcher }: ToolParts, repos: HubRepos): Tool[] {
  const hubUrl = config.jobs.hub_url;
  const { docs_url, gradio_url, arxiv_url, ar5iv_url, scholar_url, github_url, search_url } = config.web;
  const { GITHUB_TOKEN, S2_API_KEY } = config.secrets;
  return [
    hfPapersTool({
      papers: createHubPapers(fetcher, hubUrl),
      scholar: createScholar(fetcher, scholar_url, S2_API_KEY),
      arxiv: createArxiv(fetcher, { arxiv: arxiv_url, ar5iv: ar5iv_url }),
      repos,
      hubUrl,
    }),
    ...docsTools(
      createDocs(fetcher, { site: docs_url, gradio: gradio_url }, clock.now),
      createApiReference(fetcher, hubUrl),
      hubUrl,
    ),
    ...githubTools(createGithub(github_url, GITHUB_TOKEN)),
    webSearchTool(createWebSearch(fetcher, search_url)),
    ...hubRepoTools(repos, hubUrl),
  ];
}
