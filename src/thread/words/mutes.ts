import type { Person } from '../../session/address.ts';

const CALLS = {
  alarms: { what: 'alarms of jobs', where: 'They are in their threads' },
  digests: { what: 'daily and weekly notes', where: 'They come in their threads' },
} as const;

/** What somebody is told who does not want to be called by messages of a kind, or wants to again. */
export function muteText(
  { name }: Person,
  { kind, isMuted }: { kind: keyof typeof CALLS; isMuted: boolean },
): string {
  const { what, where } = CALLS[kind];
  return isMuted
    ? `${name}: ${what} no longer call you. ${where} nevertheless; \`unmute ${kind}\` changes it back.`
    : `${name}: ${what} call you again; \`mute ${kind}\` ends that.`;
}
