import type { App } from '@slack/bolt';
import type { Subject } from '../../src/controller/forms.ts';
import type { From } from '../../src/controller/from.ts';
import { cut } from '../../src/lib/cut.ts';
import type { Logger } from '../../src/lib/log.ts';
import { QUOTE_CHARACTERS } from '../shared/reading.ts';
import { sourceOf } from '../shared/source.ts';
import { type ClickDeps, give } from './clicks.ts';
import { withWholeFiles } from './files.ts';
import type { About } from './forms.ts';
import { SLACK_LIMITS } from './limits.ts';
import { MessageShortcut } from './payloads.ts';
import { answerTo, attend } from './private-answers.ts';
import { readPayload } from './read-payload.ts';
import { slackReader } from './reading.ts';
import { whoIs } from './who.ts';
import type { In } from './workspaces.ts';

/** The message shortcut of the manifest. */
export const SHORTCUT = 'ask_about_message';

type ShortcutDeps = Omit<ClickDeps, 'showHome'> & { botUserId: string };

/** "Ask ML Intern about this": asks what about it, and goes on in the message's thread. */
export function listenToShortcut(app: App, depsIn: In<ShortcutDeps>, log: Logger): void {
  const action = { type: 'message_action' as const, callback_id: SHORTCUT };
  app.shortcut(action, async ({ ack, shortcut, respond, context }) => {
    const deps = await depsIn(context.teamId);
    const { teamId, client, people, controller, botUserId } = deps;
    const used = readPayload(MessageShortcut, shortcut, log);
    if (used === undefined) return ack();
    const { trigger_id, user, channel, message } = used;
    const thread = message.thread_ts ?? message.ts;
    const answer = answerTo(respond, client, { channel: channel.id, user: user.id, thread }, log);
    await attend({ ack, answer, log }, async () => {
      const whole = await withWholeFiles(client, message);
      const said = await slackReader({ people, botUserId }).attributed(whole);
      const place = { platform: 'slack' as const, workspace: teamId, channel: channel.id };
      const from: From = {
        who: whoIs(people, user.id),
        place,
        thread: { ...place, thread },
        sourceId: sourceOf('slack', 'shortcut', teamId, trigger_id),
        isFromList: false,
      };
      const subject = fitting({ channel: channel.id, thread }, said);
      const given = await controller.point(subject, from);
      await give(deps, given, { from, triggerId: trigger_id, answer, log });
    });
  });
}

/** As much of the message as travels with a dialog: what it is written with counts as it is sent. */
function fitting(where: Omit<About, 'subject'>, said: string): Extract<Subject, { form: 'ask' }> {
  for (let limit = QUOTE_CHARACTERS; ; limit = Math.floor(limit / 2)) {
    const quote = cut(cut(said, limit).replace(/^/gm, '> '), limit);
    const subject = { form: 'ask' as const, quote };
    const about: About = { subject, ...where };
    if (JSON.stringify(about).length <= SLACK_LIMITS.viewMetadata || limit < 2) return subject;
  }
}
