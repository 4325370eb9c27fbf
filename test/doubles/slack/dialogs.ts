import { type Modal, parseModal } from './rules.ts';
import { BOT, PEOPLE } from './workspace.ts';

/** A trigger can be used once, for three seconds: https://docs.slack.dev/interactivity/handling-user-interaction. */
const TRIGGER_MS = 3_000;

/** A dialog that is open before somebody. `errors` is what the app said about the last attempt to send it off. */
export type OpenDialog = {
  id: string;
  user: string;
  view: Modal;
  errors: Record<string, string> | undefined;
};

/** The dialogs of a workspace, as `views.open` and submissions see them. */
export class Dialogs {
  readonly open: OpenDialog[] = [];
  readonly #triggers = new Map<string, { user: string; until: number }>();
  #count = 0;

  trigger(user: string): string {
    const id = `trigger.${++this.#count}`;
    this.#triggers.set(id, { user, until: Date.now() + TRIGGER_MS });
    return id;
  }

  /** Opens a dialog; an error code where Slack would refuse. */
  show(triggerId: string, view: unknown): { id: string } | { error: string } {
    const trigger = this.#triggers.get(triggerId);
    this.#triggers.delete(triggerId);
    if (trigger === undefined) return { error: 'invalid_trigger' };
    if (Date.now() > trigger.until) return { error: 'expired_trigger_id' };
    const parsed = parseModal(view);
    if (parsed === undefined) return { error: 'invalid_arguments' };
    const id = `V${++this.#count}`;
    this.open.push({ id, user: trigger.user, view: parsed, errors: undefined });
    return { id };
  }

  /** What Slack tells an app of a dialog that was sent off with `text` in its one input. */
  submission({ id, user, view }: OpenDialog, text: string): Record<string, unknown> {
    const input = view.blocks.find((block) => block.type === 'input');
    if (input?.type !== 'input') throw new Error('the dialog has no input');
    const value = { type: 'plain_text_input', value: text === '' ? null : text };
    return {
      type: 'view_submission',
      team: { id: BOT.team_id, domain: 'double' },
      user: { id: user, username: PEOPLE[user], team_id: BOT.team_id },
      api_app_id: BOT.app_id,
      view: {
        ...view,
        id,
        private_metadata: view.private_metadata ?? '',
        state: { values: { [input.block_id]: { [input.element.action_id]: value } } },
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
