/* What lists and pages say that one person sees: sessions, jobs, runs, steps, settings and commands. */

export const NO_SESSIONS = 'You have no sessions yet. Mention me in a channel to begin one.';
export const NONE_YET = 'None yet. Mention me in a channel with what you need, or write to me here.';
export const YOUR_ACCOUNT = 'Your Hugging Face account';

export const JOBS_SEEN = 'Jobs that you can see';
export const NO_JOBS = 'No jobs are running, and none has ended within the last seven days.';
export const noOlderThan = (most: number): string => `Older ones than these ${most} are not shown.`;

export const jobsRunning = (count: number): string =>
  count === 0 ? 'No job is running.' : `${count} ${count === 1 ? 'job is' : 'jobs are'} running.`;

export const ownRunning = (count: number): string =>
  count === 1 ? '1 of yours is running' : `${count} of yours are running`;

export const PICK_TWO = 'Pick two experiments at least.';
export const FEWER_THAN_TWO = 'Fewer than two of these are experiments that you can see here.';
export const COMPARE_IN_THREAD =
  'Write “compare” with their names in a thread, and all see it, with the losses in one picture.';

export const NO_STEPS = 'Nothing has been done for this request yet.';

export const stepsTitle = (shown: number, all: number): string =>
  shown === all ? `All ${all} steps` : `The newest ${shown} of ${all} steps`;

/** What there is besides the steps that are listed. */
export const moreSteps = (isWhole: boolean): string =>
  [...(isWhole ? [] : ['There is no room for those before.']), WITH_OUTPUTS].join(' ');

const WITH_OUTPUTS = 'Write “export”, and you have all of it as a file, with what came of each.';

/** Who changes what holds in a channel; `managers` are they in the platform's words. */
export const whoChanges = (managers: string): string =>
  `${managers.charAt(0).toUpperCase()}${managers.slice(1)} can change this, or whoever runs me in the config.`;

export const settingsOfChannels = (slash: string): string =>
  `Channels may have settings of their own: \`${slash} settings\` there shows and changes them.`;

export const whereHelpIs = (slash: string): string =>
  `In a thread of mine, \`help\` lists what can be said there. \`${slash} help\` lists what can be asked anywhere.`;

/** How a platform's people command: `slash` begins it, and `style` is the platform's own markup. */
type Commanding = {
  slash: string;
  style: { bold(text: string): string; plain(text: string): string };
  signsInByCommand: boolean;
  takesCommandsInThreads: boolean;
};

/** The commands, a line each. */
export function commandsHelp(commanding: Commanding): string {
  const { slash, style, signsInByCommand, takesCommandsInThreads } = commanding;
  const line = (words: string, about: string) => `${style.bold(style.plain(`${slash} ${words}`))} – ${about}`;
  return [
    line('new …', 'begins a session in this channel with what you write behind it'),
    line('status', 'your sessions'),
    line('jobs', 'the jobs that I follow where you can read'),
    line('experiments', 'the runs of this channel side by side; `by accuracy` sorts them'),
    line('usage', 'tokens and cost'),
    line('models', 'what I can run on'),
    ...(takesCommandsInThreads ? [line('catchup', 'in a thread of mine: what has happened there')] : []),
    ...(takesCommandsInThreads ? [line('model …', 'switches it, in a thread of mine')] : []),
    line('settings', 'what holds in this channel, and changing it'),
    ...(signsInByCommand ? [line('account', 'your own Hugging Face account')] : []),
    line('help', 'this'),
    'To start something, mention me in a channel. In a thread of mine, `help` lists what can be said there.',
  ].join('\n');
}
