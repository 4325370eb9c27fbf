import { type Modal, parseModal } from './rules.ts';
import { BOT, PEOPLE } from './workspace.ts';

/**
 * A trigger can be used once, for three seconds:
 * https://docs.slack.dev/interactivity/handling-user-interaction.
 */
const TRIGGER_MS = 3_000;

/** https://docs.slack.dev/reference/methods/views.open, `view_too_large`. */
const VIEW_BYTES = 250_000;

/**
 * A dialog that is open before somebody. `errors` is what the app said about the last attempt to send it off.
 */
export type OpenDialog = {
  id: string;
  user: string;
  team: string;
  view: Modal;
  errors: Record<string, string> | undefined;
};

/** The dialogs of a workspace, as `views.open` and submissions see them. */
export class Dialogs {
  /** Makes triggers from now on run out as if nobody used them in time, or be used already. */
  nextTriggers: 'fresh' | 'expired' | 'used' = 'fresh';
  readonly open: OpenDialog[] = [];
  readonly #triggers = new Map<string, { user: string; team: string; until: number }>();
  readonly #used = new Set<string>();
  #count = 0;

  trigger(user: string, team = BOT.team_id): string {
    const id = `trigger.${++this.#count}`;
    const isFresh = this.nextTriggers !== 'expired';
    this.#triggers.set(id, { user, team, until: isFresh ? Date.now() + TRIGGER_MS : 0 });
    if (this.nextTriggers === 'used') this.#used.add(id);
    return id;
  }

  /** Opens a dialog; an error code where Slack would refuse. */
  show(triggerId: string, view: unknown): { id: string } | { error: string } {
    const trigger = this.#triggers.get(triggerId);
    this.#triggers.delete(triggerId);
    if (this.#used.has(triggerId)) return { error: 'exchanged_trigger_id' };
    if (trigger === undefined) return { error: 'invalid_trigger_id' };
    this.#used.add(triggerId);
    if (Date.now() > trigger.until) return { error: 'expired_trigger_id' };
    if (JSON.stringify(view).length > VIEW_BYTES) return { error: 'view_too_large' };
    const parsed = parseModal(view);
    if (parsed === undefined) return { error: 'invalid_arguments' };
    const id = `V${++this.#count}`;
    this.open.push({ id, user: trigger.user, team: trigger.team, view: parsed, errors: undefined });
    return { id };
  }

  /**
   * What Slack tells an app of a dialog that was sent off with `text` in its one input, or with choices by
   * block.
   */
  submission(
    { id, user, team, view }: OpenDialog,
    filled: string | Record<string, string>,
  ): Record<string, unknown> {
    const inputs = view.blocks.flatMap((block) => (block.type === 'input' ? [block] : []));
    if (inputs.length === 0) throw new Error('the dialog has no input');
    const values = inputs.map(({ block_id, element }) => {
      const value = typeof filled === 'string' ? filled : filled[block_id];
      return [block_id, { [element.action_id]: stateOf(element, value) }];
    });
    return {
      type: 'view_submission',
      token: 'verification-token',
      trigger_id: this.trigger(user, team),
      response_urls: [],
      is_enterprise_install: false,
      team: { id: team, domain: 'double' },
      user: { id: user, username: PEOPLE[user], name: PEOPLE[user], team_id: team },
      api_app_id: BOT.app_id,
      view: {
        close: null,
        ...view,
        ...viewParts(id, team),
        private_metadata: view.private_metadata ?? '',
        state: { values: Object.fromEntries(values) },
      },
    };
  }

  /** Somebody closes a dialog without sending it off. */
  close(dialog: OpenDialog): void {
    const index = this.open.indexOf(dialog);
    if (index !== -1) this.open.splice(index, 1);
  }

  /** Takes in what the app answered: a dialog with errors stays open, any other is closed. */
  answered(dialog: OpenDialog, answer: unknown): void {
    const { response_action, errors } = Object(answer) as {
      response_action?: string;
      errors?: Record<string, string>;
    };
    if (response_action === 'errors') dialog.errors = errors;
    else this.close(dialog);
  }
}

/** What Slack tells of every view besides what the app said of it. */
export const viewParts = (id: string, team: string) => ({
  id,
  team_id: team,
  app_id: BOT.app_id,
  app_installed_team_id: team,
  bot_id: BOT.bot_id,
  hash: `1790000000.${id}`,
  root_view_id: id,
  previous_view_id: null,
  external_id: '',
  clear_on_close: false,
  notify_on_close: false,
});

type Input = Extract<Modal['blocks'][number], { type: 'input' }>['element'];

function stateOf(element: Input, value: string | undefined): Record<string, unknown> {
  if (element.type === 'plain_text_input') return { type: element.type, value: value || null };
  if (element.type === 'multi_users_select') {
    return { type: element.type, selected_users: value?.split(',') ?? element.initial_users ?? [] };
  }
  if (element.type === 'multi_static_select') {
    const picked = value?.split(',').map((item) => optionOf(element.options, item));
    return { type: element.type, selected_options: picked ?? element.initial_options ?? [] };
  }
  return {
    type: element.type,
    selected_option: value === undefined ? null : optionOf(element.options, value),
  };
}

function optionOf(options: readonly { value: string }[], value: string) {
  const option = options.find((item) => item.value === value);
  if (option === undefined) throw new Error(`there is no option "${value}"`);
  return option;
}
