import type { Config } from '../config/load.ts';
import type { PlatformSettings } from '../config/platform-settings.ts';
import { createApiReference } from '../hub/api-reference.ts';
import { createArxiv } from '../hub/arxiv.ts';
import { createDashboards } from '../hub/dashboards.ts';
import { createDatasetPush } from '../hub/dataset-push.ts';
import { createDatasetsServer } from '../hub/datasets.ts';
import { createDocs } from '../hub/docs.ts';
import type { HardwareList } from '../hub/hardware.ts';
import { createJobArtifacts } from '../hub/job-artifacts.ts';
import type { HubJobs } from '../hub/jobs.ts';
import { type IsOwnRepository, ownRepositories } from '../hub/own-repositories.ts';
import { createHubPapers } from '../hub/papers.ts';
import { createRepoWrites } from '../hub/repo-writes.ts';
import { createHubRepos, type HubRepos } from '../hub/repos.ts';
import { createScholar } from '../hub/scholar.ts';
import type { HubToken } from '../hub/token.ts';
import type { RunComparisons } from '../jobs/compare.ts';
import type { JobOwnership } from '../jobs/whose.ts';
import type { Clock } from '../lib/clock.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { ChosenSandboxes } from '../sandbox/choose.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { ReadFiles } from '../session/store/read-files.ts';
import { compareRunsTool } from '../tools/compare-runs.ts';
import { githubTools } from '../tools/github.ts';
import { hfDatasetPushTool } from '../tools/hf-dataset-push.ts';
import { docsTools } from '../tools/hf-docs.ts';
import { hfInspectDatasetTool } from '../tools/hf-inspect-dataset.ts';
import { hfJobsTool } from '../tools/hf-jobs/tool.ts';
import { hfRepoFilesTool } from '../tools/hf-repo-files.ts';
import { hfRepoGitTool } from '../tools/hf-repo-git/tool.ts';
import { hubRepoTools } from '../tools/hub-repos.ts';
import { notifyTool } from '../tools/notify.ts';
import { hfPapersTool } from '../tools/papers/tool.ts';
import { planTool } from '../tools/plan-tool.ts';
import { type Attached, fileOpenerIn, fileReaderIn } from '../tools/sandbox/attachments.ts';
import { sandboxTools } from '../tools/sandbox/tools.ts';
import type { Tool } from '../tools/tool.ts';
import { isConfined } from '../tools/unasked.ts';
import { webSearchTool } from '../tools/web-search.ts';
import { withoutOwnRepositories } from '../tools/without-own-repositories.ts';
import type { Fetcher } from '../web/fetcher.ts';
import { createGithub } from '../web/github.ts';
import { createWebSearch } from '../web/search.ts';

/** What the agent's own tools are made of. */
export type ToolParts = {
  config: Config;
  platforms: readonly Pick<PlatformSettings, 'name' | 'places'>[];
  clock: Clock;
  /** For the Hub: the bot's own, or a person's. */
  token: HubToken;
  jobs: HubJobs;
  hardware: HardwareList;
  sandboxes: ChosenSandboxes;
  attached: Attached;
  readFiles: ReadFiles;
  ownership: JobOwnership;
  runs: RunComparisons;
  fetcher: Fetcher;
  apart: ParseApart;
};

/** The agent's own tools, in the order in which models are told of them. */
export function toolsOf(worker: ToolParts): Tool[] {
  const isOwn = ownRepositories(worker.config.traces.dataset);
  return withoutOwnRepositories(allOf(worker, isOwn), isOwn, isConfined);
}

function allOf(worker: ToolParts, isOwn: IsOwnRepository): Tool[] {
  const { config, platforms, clock, token, jobs, hardware, sandboxes, attached, apart, fetcher } = worker;
  const hubUrl = config.jobs.hub_url;
  const repos = createHubRepos(hubUrl, token, isOwn);
  const writes = createRepoWrites(hubUrl, token, isOwn);
  const fileAt = fileReaderIn(sandboxes?.sandboxes, attached);
  return [
    planTool,
    ...researchTools(worker, repos, isOwn),
    hfInspectDatasetTool(
      createDatasetsServer(config.jobs.datasets_server_url, token),
      { repos, apart },
      hubUrl,
    ),
    hfRepoFilesTool({
      repos,
      writes,
      openFile: fileOpenerIn(sandboxes?.sandboxes, attached),
      apart,
      hubUrl,
    }),
    hfRepoGitTool(writes, hubUrl),
    hfJobsTool({
      clock,
      jobs,
      hardware,
      dashboards: createDashboards(hubUrl, token, isOwn),
      artifacts: createJobArtifacts(hubUrl, token, clock),
      token,
      secrets: config.jobs.secrets,
      namespace: config.jobs.namespace,
      cpuNeedsApproval: config.approvals.cpu_jobs,
      ownership: worker.ownership,
      sharesOthers: config.jobs.read_others === true,
      sandboxes: sandboxes?.sandboxes,
      fetcher,
      apart,
    }),
    compareRunsTool(worker.runs),
    notifyTool({
      clock,
      channels: config.notify.channels,
      most: { perHour: config.notify.per_hour, perSession: config.notify.per_session },
      isInChannel: channelsOn(platforms),
    }),
    hfDatasetPushTool({ push: createDatasetPush(hubUrl, token, isOwn), repos, apart, fileAt }),
    ...sandboxTools(
      sandboxes,
      hardware,
      { apart, files: worker.readFiles },
      {
        maxSeconds: config.sandbox.command_seconds,
        callSeconds: config.limits.tool_timeout_seconds,
        clock,
        idleMinutes: config.sandbox.idle_minutes,
      },
    ),
  ];
}

/** Whether somewhere is a channel, as its platform knows them: direct messages are none. */
const channelsOn =
  (platforms: ToolParts['platforms']) =>
  ({ platform, channel }: Pick<ThreadAddress, 'platform' | 'channel'>): boolean =>
    platforms.find(({ name }) => name === platform)?.places?.channel.test(channel) ?? false;

/** What is read beside the Hub's repositories and datasets. */
function researchTools(
  { config, clock, fetcher, apart }: ToolParts,
  repos: HubRepos,
  isOwn: IsOwnRepository,
): Tool[] {
  const hubUrl = config.jobs.hub_url;
  const { docs_url, gradio_url, arxiv_url, ar5iv_url, scholar_url, github_url, search_url } = config.web;
  const { GITHUB_TOKEN, S2_API_KEY } = config.secrets;
  return [
    hfPapersTool({
      papers: createHubPapers(fetcher, hubUrl),
      scholar: createScholar(fetcher, scholar_url, S2_API_KEY),
      arxiv: createArxiv(fetcher, apart, { arxiv: arxiv_url, ar5iv: ar5iv_url }),
      repos,
      hubUrl,
    }),
    ...docsTools(
      createDocs(fetcher, apart, { site: docs_url, gradio: gradio_url }, clock.monotonic),
      createApiReference(fetcher, apart, hubUrl),
      hubUrl,
    ),
    ...githubTools(createGithub(github_url, GITHUB_TOKEN), apart),
    webSearchTool(createWebSearch(fetcher, apart, search_url)),
    ...hubRepoTools(repos, hubUrl, isOwn),
  ];
}
