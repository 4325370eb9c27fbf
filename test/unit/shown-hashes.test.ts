import { describe, expect, test } from 'vitest';
import { inComponents as onDiscord } from '../../adapters/discord/components.ts';
import { inBlocks as onSlack } from '../../adapters/slack/blocks.ts';
import { changes } from '../../src/thread/delivery/reconcile.ts';
import type { ApprovalView, ViewBody } from '../../src/thread/view/view-message.ts';

/*
 * What is noted of a post is a hash of what it shows. These are the hashes that older versions have noted: an
 * upgrade that made others for the same content would edit every message that is there, and upload every file
 * again. Some are newer: a long answer is split between words, what looks like a tag is shown in Slack, and a
 * card that is open begins with what is asked and has its buttons above the script; the menu of the newest
 * request offers to catch somebody up and to branch off.
 */

const ADA = { id: 'U0ADA', name: 'Ada' };
const AT = new Date('2026-03-01T12:00:00Z');

const request: ApprovalView['request'] = {
  title: 'Run a job on a10g-small',
  facts: [
    { label: 'Hardware', value: 'a10g-small' },
    { label: 'Time-out', value: '2h' },
  ],
  warnings: ['It pushes to a public repository.'],
  estimate: { usd: 2, hourlyUsd: 1 },
  editable: { argument: 'script', language: 'python' },
  preview: { text: 'print(1)\n', lines: 1, language: 'python' },
  choices: [{ argument: 'hardware', label: 'Hardware', options: ['a10g-small', 't4-small'] }],
};
const approval = {
  toolCallId: 'c_1',
  revision: 2,
  request,
  isWhole: true,
  deciders: undefined,
  first: undefined,
  edit: undefined,
};

const BODIES: Readonly<Record<string, ViewBody>> = {
  status: {
    kind: 'status',
    title: 'Train a model',
    phase: 'working',
    detail: undefined,
    retryAt: undefined,
    plan: [{ id: '1', content: 'Look at the data', status: 'in_progress' }],
    links: ['https://huggingface.co/ada/model'],
    timeline: [
      { kind: 'said', text: 'First the data.' },
      {
        kind: 'call',
        name: 'bash',
        summary: 'ls',
        outcome: 'done',
        seconds: 3,
        tail: undefined,
        note: undefined,
      },
    ],
    earlier: 2,
    writing: undefined,
    elapsedSeconds: 61,
    tokens: 1_200,
    usd: 0.5,
    autoApproval: undefined,
    control: 'stop',
    hasMenu: true,
  },
  answer: { kind: 'answer', text: 'It is **forty-two** & more.', isDraft: false, id: 7, isEnd: true },
  'long answer': { kind: 'answer', text: 'word '.repeat(7_000), isDraft: false, id: 8, isEnd: true },
  draft: {
    kind: 'answer',
    text: 'It is forty-',
    isDraft: true,
    askedBy: 'U0ADA',
    plan: [{ id: '1', content: 'Look at the data', status: 'completed' }],
  },
  title: { kind: 'title', text: 'Train a model' },
  approval: { kind: 'approval', ...approval, decision: undefined },
  'decided approval': {
    kind: 'approval',
    ...approval,
    first: { id: 'U0GRACE', name: 'Grace' },
    edit: { by: ADA, changed: 'one line' },
    decision: { verdict: 'rejected', by: ADA, second: undefined, isAutomatic: false, at: AT, feedback: 'no' },
  },
  'approval by one of two': {
    kind: 'approval',
    ...approval,
    first: { id: 'U0GRACE', name: 'Grace' },
    edit: { by: ADA, changed: 'one line' },
    decision: undefined,
  },
  batch: {
    kind: 'batch',
    open: [
      { toolCallId: 'c_1', revision: 0 },
      { toolCallId: 'c_2', revision: 1 },
    ],
    approved: 1,
    rejected: 0,
    other: 0,
    usd: 3,
  },
  question: {
    kind: 'question',
    toolCallId: 'c_1',
    questionId: 'q_1',
    from: 'Tracker',
    text: 'Which?',
    fields: ['Name'],
    called: [],
  },
  job: {
    kind: 'job',
    watchId: 'w_1',
    jobId: 'abc',
    url: 'https://huggingface.co/jobs/ada/abc',
    dashboardUrl: undefined,
    title: 'train.py',
    name: undefined,
    flavor: 'a10g-small',
    isOwn: true,
    stage: 'RUNNING',
    tone: 'running',
    message: undefined,
    elapsedSeconds: 120,
    timeoutSeconds: 7_200,
    usd: 0.1,
    progress: undefined,
    pushed: [],
    isFinal: false,
    isEndUnknown: false,
  },
  alarm: {
    kind: 'alarm',
    name: undefined,
    watchId: 'w_1',
    jobId: 'abc',
    cause: 'stalled',
    text: '🔴 No progress for 24 min: Job abc (2 h, $2.00).\nIt may hang.',
    mentions: ['123'],
    letRunBy: undefined,
    isOver: false,
  },
  file: { kind: 'file', fileId: 'f_1', name: 'log.txt', text: 'The log (all of it)' },
  reaction: { kind: 'reaction', on: '1700000000.000100', mood: 'waiting' },
  notice: { kind: 'notice', text: 'I go on with <another> model.', mentions: [] },
  'notice to people': { kind: 'notice', text: 'It waits for you.', mentions: ['123', '456'] },
};

type Hashes = Readonly<Record<string, readonly string[]>>;

const hashesOf = (translate: Parameters<typeof changes>[2]): Hashes =>
  Object.fromEntries(
    Object.entries(BODIES).map(([name, body]) => [
      name,
      changes([{ key: 'k', exchange: 1, body }], [], translate, 1).map((change) =>
        change.kind === 'remove' ? '' : `${change.key} ${change.hash}`,
      ),
    ]),
  );

const asksFeedback = true;

describe('what a post shows is known by the hash that older versions have noted', () => {
  test('in a channel of Slack', () => {
    const options = { isStreamed: false, asksFeedback };
    const place = { channel: 'C0ML' };
    expect(hashesOf((message, divisor) => onSlack(message, divisor, place, options))).toEqual(IN_CHANNEL);
  });

  test('in Slack’s panel, where answers are streamed', () => {
    const options = { isStreamed: true, asksFeedback };
    const place = { channel: 'D0ADA' };
    const hashes = hashesOf((message, divisor) => onSlack(message, divisor, place, options));
    expect(hashes).toEqual({ ...IN_CHANNEL, ...IN_PANEL });
  });

  test('on Discord', () => {
    expect(hashesOf((message, divisor) => onDiscord(message, divisor, { asksFeedback }))).toEqual(ON_DISCORD);
  });
});

const IN_CHANNEL: Hashes = {
  status: ['k#0 CkTrXtEFvc3DWCO59XHWir'],
  answer: ['k#0 k0Vr3scX2236IbfgHFrIlj'],
  'long answer': [
    'k#0 WC3n8BWE_UFXM7wt-Kmnug',
    'k#1 5q5EbEJjYpZza1rnncneoh',
    'k#file 4EgtQ4rz26AQ_rq4PmOv-w',
  ],
  draft: ['k#0 ZB1ZV3XPaBCRs74Ol04wA-'],
  title: ['k#0 yJ6DsDioKh_hx5z_k83SYC'],
  approval: ['k#0 _F_v9Uh2geiU9iFyjL-nQI'],
  'decided approval': ['k#0 wnfmYtjGQag_CRsLvH70Ye'],
  'approval by one of two': ['k#0 m1VMmbJYLWASIrEIgaUeTB'],
  batch: ['k#0 HkIii0zeVxpB118Ti_isHt'],
  question: ['k#0 YoLz4o3LTenke01PJnaSUU'],
  job: ['k#0 Ii9f6Wms4LhbrhiqMbtgfB'],
  alarm: ['k#0 fPk5upGszBiI11P6e9nHrB'],
  file: ['k#0 GuVB-7ruXVGXivyGVPOvv4'],
  reaction: ['k#0 q3gx3a5mi8Vp6sEB6RsaeD'],
  notice: ['k#0 TiXRuENwDMeYZZPan5zER3'],
  'notice to people': ['k#0 HDtRfwTB1LP0eeso_E8-GZ'],
};

const IN_PANEL: Hashes = {
  draft: ['k#0 CQkgC_VrM074iu0aHatIdd'],
};

const ON_DISCORD: Hashes = {
  status: ['k#0 E33q5nYYfdETyQTY8Depe5'],
  answer: ['k#0 Sm7JWFlVuSNMHorCbRzeJ-'],
  'long answer': [
    'k#0 UFFaUVHHIWPCn2r4VS2f9O',
    'k#1 OOh-wqDnvyotEL1VNYNbxt',
    'k#2 j63lEXEoTrn86IvR1G3acD',
    'k#3 uisdQte-WEH0Rsb8PEbdIq',
    'k#file 4EgtQ4rz26AQ_rq4PmOv-w',
  ],
  draft: ['k#0 owbcDhHDGJdtddYmTkXeCA'],
  title: ['k#0 yJ6DsDioKh_hx5z_k83SYC'],
  approval: ['k#0 uzMRc65YWblFqPvIaVjbl3'],
  'decided approval': ['k#0 GCOvqPJoWVdLCtTWjJ4aeS'],
  'approval by one of two': ['k#0 fJSDxtOLfeimJJ22-VIIRB'],
  batch: ['k#0 9_GzRz8WuNi4pmWHY4BTlL'],
  question: ['k#0 VlphkODgEvECkw6xNP6IkP'],
  job: ['k#0 ZgsWyg4Gt0e-KCZqCYFTxI'],
  alarm: ['k#0 WG18-t0vSei2M84tKf8bh6'],
  file: ['k#0 FefNqPNOguhjonn31evE2M'],
  reaction: ['k#0 dOoPgIrqA7oGuzuapwGWYi'],
  notice: ['k#0 G8UbztpIUrku9Nds1Kwdk9'],
  'notice to people': ['k#0 12dMbsttMJrM5acFxOEdre'],
};
