import type { App } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Accounts } from '../../src/session/accounts.ts';
import type { Workspace } from '../../src/session/address.ts';
import { ACTIONS } from '../../src/thread/actions.ts';
import { accountText, TOKEN_HELP } from '../../src/thread/words.ts';
import { actions, button, section } from './kit.ts';
import { INPUT, modal } from './modals.ts';
import { Submission } from './payloads.ts';
import type { People } from './people.ts';
import { plain } from './text.ts';
import type { In } from './workspaces.ts';

export type AccountDeps = {
  client: WebClient;
  people: People;
  teamId: string;
  /** Undefined where nobody may sign in. */
  accounts: Accounts | undefined;
  /** Shows somebody their Home tab anew. */
  showHome(user: string): Promise<void>;
};

/** Somebody's own Hugging Face account, on the Home tab. */
export function accountBlocks(name: string | undefined): KnownBlock[] {
  const text = section(plain(accountText(name)));
  const control =
    name === undefined
      ? button('Sign in', ACTIONS.signIn, 'sign-in', 'primary')
      : button('Sign out', ACTIONS.signOut, 'sign-out');
  return [text, actions([control])];
}

const CALLBACK = 'account_token';
/** What every listener for all buttons and dialogs leaves to this one. */
export const NO_ACCOUNT = /^(?!account_)/;

const Click = z.object({ user: z.object({ id: z.string() }), trigger_id: z.string() });

const tokenModal = (): ModalView =>
  modal(CALLBACK, '', { title: 'Hugging Face account', submit: 'Sign in' }, [
    {
      type: 'input',
      block_id: INPUT.block,
      label: { type: 'plain_text', text: 'Token' },
      hint: { type: 'plain_text', text: TOKEN_HELP },
      element: { type: 'plain_text_input', action_id: INPUT.action },
    },
  ]);

/** Registers the buttons of the Home tab that are about somebody's own account, and the dialog for its token. */
export function listenToAccounts(app: App, depsIn: In<AccountDeps>): void {
  app.action(ACTIONS.signIn, async ({ ack, body, context }) => {
    await ack();
    const { client } = await depsIn(context.teamId);
    await client.views.open({ trigger_id: Click.parse(body).trigger_id, view: tokenModal() });
  });
  app.action(ACTIONS.signOut, async ({ ack, body, context }) => {
    await ack();
    const deps = await depsIn(context.teamId);
    const { user } = Click.parse(body);
    const by = await deps.people.person(user.id);
    const done = await deps.accounts?.signOut(placeOf(deps), by);
    if (done?.ok === false) await deps.client.chat.postMessage({ channel: user.id, text: done.reason });
    await deps.showHome(user.id);
  });
  app.view(CALLBACK, async ({ ack, body, context }) => {
    const deps = await depsIn(context.teamId);
    const { user, view } = Submission.parse(body);
    const token = view.state.values[INPUT.block]?.[INPUT.action]?.value ?? '';
    const signedIn = await deps.accounts?.signIn(placeOf(deps), await deps.people.person(user.id), token);
    if (signedIn?.ok) {
      await ack();
      return deps.showHome(user.id);
    }
    const errors = { [INPUT.block]: signedIn?.reason ?? 'Nobody can sign in here.' };
    await ack({ response_action: 'errors', errors });
  });
}

const placeOf = ({ teamId }: AccountDeps): Workspace => ({ platform: 'slack', workspace: teamId });
