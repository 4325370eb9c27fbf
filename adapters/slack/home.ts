import type { App } from '@slack/bolt';
import type { HomeView, KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import type { Logger } from '../../src/lib/log.ts';
import { blocksOf } from './cards.ts';
import { HomeOpened } from './payloads.ts';
import type { People } from './people.ts';
import { plainBlocks } from './plain-form.ts';
import { readPayload } from './read-payload.ts';
import { markdownBlocks } from './rich-print.ts';
import { whoIs } from './who.ts';
import type { In } from './workspaces.ts';

export type HomeDeps = { client: WebClient; people: People; controller: Controller; teamId: string };

/**
 * The Home tab: somebody's sessions, the jobs that they can see, and what has been used. Made anew when it is
 * opened.
 */
export function listenToHome(app: App, depsIn: In<HomeDeps>, log: Logger): void {
  app.event('app_home_opened', async ({ event, context }) => {
    const opened = readPayload(HomeOpened, event, log);
    if (opened?.tab !== 'home') return;
    const deps = await depsIn(context.teamId);
    await showHome(deps, opened.user, log);
  });
}

/**
 * A tab that Slack does not take as it is is shown in a plainer form; where that fails as well, the log has
 * it.
 */
export async function showHome(deps: HomeDeps, user: string, log: Logger): Promise<void> {
  const blocks = await homeBlocks(deps, user);
  const publish = (shown: HomeView['blocks']) =>
    deps.client.views.publish({ user_id: user, view: { type: 'home', blocks: shown } });
  try {
    await publish(blocks);
  } catch (error) {
    log.warn({ err: error, user }, 'a Home tab is shown in a plainer form');
    await publish(plainBlocks(blocks)).catch((again: unknown) =>
      log.error({ err: again, user }, 'a Home tab can not be shown'),
    );
  }
}

async function homeBlocks({ controller, people, teamId }: HomeDeps, user: string): Promise<KnownBlock[]> {
  const from: From = {
    who: whoIs(people, user),
    place: { platform: 'slack', workspace: teamId, channel: '' },
    thread: undefined,
    sourceId: '',
    isFromList: true,
  };
  const { parts } = await controller.overview(from);
  return parts.flatMap((part): KnownBlock[] => {
    switch (part.kind) {
      case 'heading':
        return [{ type: 'header', text: { type: 'plain_text', text: part.text } }];
      case 'markdown': // a Home tab takes no markdown block
        return markdownBlocks(part.text);
      default:
        return blocksOf(part);
    }
  });
}
