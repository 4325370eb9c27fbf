import { expect, test } from 'vitest';
import { inComponents } from '../../adapters/discord/components.ts';
import { clockText } from '../../src/lib/time-zones.ts';
import { flat } from '../doubles/discord/components.ts';
import { inSlack } from '../support/slack-view.ts';

/* A notice that tells a time: its notification names the zone, and whoever reads it sees their own. */

const AT = new Date('2026-11-27T08:05:00Z');
const SECONDS = AT.getTime() / 1000;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'America/Port-au-Prince', 'Etc/GMT+3'];

const noticeIn = (zone: string, mentions: readonly string[]) => {
  const words = clockText(AT, zone);
  const body = {
    kind: 'notice' as const,
    text: `I try again at ${words}.`,
    mentions,
    times: [{ words, at: AT }],
  };
  return { words, message: { key: 'notice/1', exchange: 1, body } };
};

test.each(ZONES)('on Slack the notification names %s, and the message has each reader’s own time', (zone) => {
  for (const mentions of [[], ['U0ADA']]) {
    const { words, message } = noticeIn(zone, mentions);
    const [outgoing] = inSlack(message, 1);
    if (outgoing?.kind !== 'message') throw new Error('it is no message');
    expect(outgoing.body.text).toBe(`${mentions.map((id) => `<@${id}> `).join('')}I try again at ${words}.`);
    expect(JSON.stringify(outgoing.body.blocks)).toContain(`I try again at <!date^${SECONDS}^`);
  }
});

test.each(ZONES)(
  'on Discord what calls somebody names %s, and its card has each reader’s own time',
  (zone) => {
    const { words, message } = noticeIn(zone, ['600000000000000001']);
    const [outgoing] = inComponents(message, 1, { asksFeedback: false });
    if (outgoing?.kind !== 'message') throw new Error('it is no message');
    expect(outgoing.first?.content).toBe(`<@600000000000000001> I try again at ${words}.`);
    const shown = flat(outgoing.body.components as unknown[]).map(({ content }) => content);
    expect(shown).toEqual([`<@600000000000000001> I try again at <t:${SECONDS}:f>.`]);
  },
);
